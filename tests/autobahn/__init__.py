"""Autobahn's cases for RFC 6455, put to our server's and our client's WebSocket and to those of the bare library."""
