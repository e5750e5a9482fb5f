#!/usr/bin/env bash
# A buffer that is used again changes what was written before: under uvloop, not under asyncio.
#
# Guess:    transport.write() is done with its argument when it returns, as with asyncio's loop of Python 3.11, which
#           copies what it cannot send at once.
# Happens:  uvloop keeps the bytearray itself until the socket takes it. Written over in the meantime, the second
#           message goes out twice and the first never; made longer, it raises BufferError. Without a
#           backlog, as in most tests, nothing of it is seen: it takes a peer that is slow for a moment.
# Where:    an encoder that fills one bytearray again and again (msgspec's encode_into exists for that), a server that
#           is moved to uvloop for its speed, and a desk on a bad line.
# Instead:  write bytes(buffer), or a new buffer for each message; reuse one only where the loop is known to copy.
# Versions: Python 3.11, uvloop 0.23.0.
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3.11 -m venv "$room/venv"
"$room/venv/bin/pip" install -q uvloop==0.23.0

"$room/venv/bin/python" - <<'PY' | tee "$room/seen"
import asyncio
import socket

import uvloop

BACKLOG = 4_000_000  # bytes; more than the kernel takes at once, so that what follows waits in the loop


async def received(backlog: int) -> str:
    """Two messages out of one buffer, to a peer that starts to read after both were written."""
    ours, peer = socket.socketpair()
    peer.setblocking(False)
    _, writer = await asyncio.open_connection(sock=ours)
    writer.write(b"." * backlog)
    buffer = bytearray(b"ana is in ")
    writer.write(buffer)
    buffer[:] = b"ben is in "
    writer.write(buffer)
    wanted = backlog + 2 * len(buffer)
    try:
        buffer.extend(b"again")
        longer = "may grow"
    except BufferError as refused:
        longer = repr(refused)
    taken = bytearray()
    while len(taken) < wanted:
        taken += await asyncio.get_running_loop().sock_recv(peer, 1 << 20)
    writer.close()
    peer.close()
    return f"{bytes(taken[backlog:])}, {longer}"


for backlog in (0, BACKLOG):
    print("asyncio:", asyncio.run(received(backlog)))
    print("uvloop: ", uvloop.run(received(backlog)))
PY

diff - "$room/seen" <<'SEEN'
asyncio: b'ana is in ben is in ', may grow
uvloop:  b'ana is in ben is in ', may grow
asyncio: b'ana is in ben is in ', may grow
uvloop:  b'ben is in ben is in ', BufferError('Existing exports of data: object cannot be re-sized')
SEEN
