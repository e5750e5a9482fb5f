"""The desk's own copy of the gym: a projection of the journal in one SQLite file, and the outbox of what it tells."""
