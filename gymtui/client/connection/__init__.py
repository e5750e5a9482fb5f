"""One connection to the server: transport, heartbeat, reconnect with backoff, replay from a cursor, dispatch."""
