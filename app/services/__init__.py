"""Use cases, one module each, one commit each."""
