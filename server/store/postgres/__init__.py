"""The engine for several servers: a gym in a PostgreSQL database, in a schema of its own."""
