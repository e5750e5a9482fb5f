"""Sockets: from the upgrade to the close, the fan-out to everyone, and HTTP on the same port."""
