"""The record, and the rules which guard it."""
