"""Tests of the core: literal tables in, results out, and what must hold for every input."""
