"""Bringing in what others keep in tables: a kind of import is its columns and a function from rows to a plan."""
