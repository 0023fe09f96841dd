"""Factories arrange: they write rows directly, so that a test can start in the middle of the way."""
