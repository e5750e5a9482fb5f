"""The project's own benchmark: `python -m tests.bench`."""
