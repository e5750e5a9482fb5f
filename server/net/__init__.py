"""The network side: handshake, sessions, fan-out, replay, heartbeat, rate limit, metrics, and HTTP on the same port."""
