"""Alembic migrations, shipped as package data so that `sipas db upgrade` works from any folder."""
