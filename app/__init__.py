"""The thin edge: web pages, API, command line, database. The core it serves is `survey_forms` and `analytics`."""
