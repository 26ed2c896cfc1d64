"""The analyst's pages: overview, factors and criteria, units."""
