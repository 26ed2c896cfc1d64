"""Configuration of the reverse proxy in front of `sipas serve`, shipped so that its log is as silent as ours."""
