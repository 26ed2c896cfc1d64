"""Pages of the administrator: the tablets of a place."""
