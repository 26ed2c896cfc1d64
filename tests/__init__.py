"""Tests; the tree mirrors the packages, plus golden/ (numbers with their source) and browser/."""
