"""Backups: one file that holds an installation's database, and what proves that it came back whole."""
