"""The tokens that were issued by hand, and for how long a key that has signed them is good."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from gymtui import clock
from gymtui.protocol import ACCESS_TTL
from server.store import Issued, IssuedToken

Rows = Callable[..., list[Any]]  # of a query with these values
KEY_LIFE: Final = 366 * clock.DAY  # milliseconds that a token may live that was issued before there was a list of them
ACCESS_LIFE: Final = 2 * ACCESS_TTL * 1000  # milliseconds after which no token of a login is good that a key has signed
KEPT: Final = 30 * clock.DAY  # milliseconds that a token is on the list after its end

# A key is good while it is the newest, for a while after, and while a token lives that was issued with it.
GOOD_KEYS: Final = """
SELECT kid, key FROM (SELECT *, lead(made_at) OVER (ORDER BY made_at) AS next_at FROM signing_keys) AS signing
WHERE next_at IS NULL OR next_at > ?
    OR EXISTS (SELECT 1 FROM issued WHERE issued.kid = signing.kid AND expires_at > ?)
    OR next_at > ? AND made_at <= (SELECT issued_until FROM gym)
ORDER BY made_at
"""


def good_keys(rows: Rows, now: int) -> dict[str, bytes]:
    """By their `kid`, the newest last."""
    return dict(rows(GOOD_KEYS, now - ACCESS_LIFE, now, now - KEY_LIFE))


def read_issued(rows: Rows) -> Issued:
    """All that is on the list, and what is good without."""
    tokens = {}
    for id, user, kid, issued_at, expires_at in rows('SELECT id, "user", kid, issued_at, expires_at FROM issued'):
        tokens[id] = IssuedToken(id=id, user=user, kid=kid, issued_at=issued_at, expires_at=expires_at)
    until: int = rows("SELECT issued_until FROM gym")[0][0]
    return Issued(tokens, until, dict(rows('SELECT "user", at FROM issued_ended')))
