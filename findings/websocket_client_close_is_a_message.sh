#!/usr/bin/env bash
# Being turned away is received as an empty message; why is nowhere, and then the network is blamed.
#
# Guess:    when a server closes a WebSocket with a code and a reason, the receiving call of a client raises, with both,
#           as that of websockets does, or at least the loop over the messages ends.
# Happens:  recv() of websocket-client returns '', which is what it also returns for an empty message. A loop over the
#           connection yields it and goes on. Only the next recv() raises: WebSocketConnectionClosedException, "Connection
#           to remote host was lost.", without the code, for a close in good order.
# Where:    scripts for a server that says by its close code what to do next (4001, log in again; 1013, come back later):
#           written with this client they parse '' as JSON, or dial again for ever with a token that has expired.
# Instead:  recv_data(), which returns the opcode with the payload: 8 is a close, its first two bytes are the code. Or a
#           WebSocketApp, whose on_close gets code and reason.
# Versions: Python 3.11, websocket-client 1.9.2, beside websockets 17.4 as server and as the other client.
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3.11 -m venv "$room/venv"
"$room/venv/bin/pip" install -q websocket-client==1.9.2 websockets==17.4

"$room/venv/bin/python" - <<'PY' | tee "$room/seen"
import threading

import websocket
import websockets.exceptions
import websockets.sync.client
import websockets.sync.server


def turn_away(connection: websockets.sync.server.ServerConnection) -> None:
    connection.send("")
    connection.send("welcome")
    connection.close(4001, "token expired")


server = websockets.sync.server.serve(turn_away, "127.0.0.1", 0)
threading.Thread(target=server.serve_forever).start()
address = "ws://127.0.0.1:%d/" % server.socket.getsockname()[1]

client = websocket.create_connection(address)
print("websocket-client, recv:", [client.recv() for _ in range(3)])
try:
    client.recv()
except websocket.WebSocketConnectionClosedException as error:
    print("and then:", error)

client = websocket.create_connection(address)
try:
    for message in client:
        print("websocket-client, loop:", repr(message))
except websocket.WebSocketConnectionClosedException as error:
    print("and then:", error)

client = websocket.create_connection(address)
opcode, payload = [client.recv_data() for _ in range(3)][-1]
print("websocket-client, recv_data:", opcode, int.from_bytes(payload[:2], "big"), payload[2:].decode())

with websockets.sync.client.connect(address) as other:
    print("websockets, recv:", [other.recv() for _ in range(2)])
    try:
        other.recv()
    except websockets.exceptions.ConnectionClosed as error:
        print("and then:", error.rcvd)
server.shutdown()
PY

diff - "$room/seen" <<'SEEN'
websocket-client, recv: ['', 'welcome', '']
and then: Connection to remote host was lost.
websocket-client, loop: ''
websocket-client, loop: 'welcome'
websocket-client, loop: ''
and then: Connection to remote host was lost.
websocket-client, recv_data: 8 4001 token expired
websockets, recv: ['', 'welcome']
and then: 4001 (private use) token expired
SEEN
