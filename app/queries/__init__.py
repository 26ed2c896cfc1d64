"""Questions to the database: get_ (one or NotFoundError), find_ (one or None), list_, count_."""
