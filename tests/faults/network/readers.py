"""`python -m tests.faults.network.readers PORT TOKEN COUNT read|stop`: so many clients that come in, and then read all
that comes or nothing of it, until stdin ends. In a process of their own, as they would be."""

from __future__ import annotations

import socket
import sys
from selectors import EVENT_READ, DefaultSelector

from gymtui.protocol import PATH


def come_in(port: int, token: str) -> socket.socket:
    """A WebSocket as far as the server can tell."""
    made = socket.create_connection(("127.0.0.1", port))
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13"
    upgrade = f"Host: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{key}\r\n\r\n"
    made.sendall(f"GET {PATH}?token={token} HTTP/1.1\r\n{upgrade}".encode())
    return made


def main(port: int, token: str, count: int, what: str) -> None:
    """Comes in `count` times; reads all (`read`), or nothing more (`stop`), until its input ends."""
    clients = [come_in(port, token) for _ in range(count)]
    print("in", flush=True)
    if what == "stop":
        sys.stdin.read()
        return
    with DefaultSelector() as selector:
        for client in (*clients, sys.stdin.buffer):
            selector.register(client, EVENT_READ)
        while True:
            for key, _ in selector.select():
                if not isinstance(key.fileobj, socket.socket):
                    return
                if not key.fileobj.recv(65536):
                    selector.unregister(key.fileobj)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4])
