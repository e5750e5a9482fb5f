"""Limits of the contract: sizes, rate limits and timeouts that server and client both know."""

from typing import Final

VERSION: Final = 1
PATH: Final = "/ws/checkins/"
DEFAULT_PORT: Final = 8765

BATCH_MS: Final = 100  # one window of events, in milliseconds
MAX_MESSAGE: Final = 64 * 1024  # bytes of one message from a client; above it `too_large`
MAX_FRAME: Final = 1024 * 1024  # bytes; above it the library closes with 1009
MAX_PART: Final = 256 * 1024  # bytes of one batch or of one part of a snapshot
MAX_IN_FLIGHT: Final = 1024  # commands of one connection before the server stops reading from it
MAX_REPLAY: Final = 5000  # journal rows that `resume` replays; beyond, a snapshot (unless `full`)
MAX_PRESENT: Final = 1000  # visits in one page of `list_present`
MAX_ALERTS: Final = 20  # of one member
MAX_CARDS: Final = 20  # of one member, lost and returned ones too; the oldest that was returned is forgotten
MAX_READERS: Final = 20  # that the desks of a gym share
MAX_IMPORT_ROWS: Final = 100_000  # of a list that one connection imports
MAX_IMPORT_BYTES: Final = 64 * 1024 * 1024  # of the same
IMPORT_STEP: Final = 50  # people that one `import_take` or `import_undo` writes: a few milliseconds of the writer
MAX_CONNECTIONS: Final = 10_000  # of one server on which somebody has logged in; above it 4100
MAX_STRANGERS: Final = 512  # connections on which nobody has: the one that has waited longest makes room for the next
MAX_REQUEST: Final = 16 * 1024  # bytes of the head of an HTTP request; above it 431
MAX_RATE: Final = 20_000  # messages a second of one connection; above it 4102
MAX_INVALID: Final = 20  # messages in ten seconds that cannot be read; above it 4004
PING_EVERY: Final = 10.0  # seconds between two WebSocket pings of the server
SILENCE: Final = 25.0  # seconds without a frame, pongs included, before 4104
STALL: Final = 10.0  # seconds in which bytes wait and none is taken, before the connection is aborted (4103)
RENEW_GRACE: Final = 25.0  # seconds after a token's end in which its client may renew, before 4101
AUTHENTICATE_WITHIN: Final = 5.0  # seconds for the first message where the URL had no token
ANSWER_WITHIN: Final = 5.0  # seconds that a query may take, once it has its turn
ACCESS_TTL: Final = 300  # seconds an access token is good for
REFRESH_TTL: Final = 12 * 3600  # seconds: one shift
