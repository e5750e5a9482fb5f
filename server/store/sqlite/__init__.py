"""The embedded engine: a gym in one SQLite file."""
