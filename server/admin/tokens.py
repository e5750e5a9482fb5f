"""`gymtui admin tokens` and `keys`: access for programs without a person, and the keys that sign it."""

from __future__ import annotations

import secrets
from typing import Final

from gymtui.errors import WrongUsage
from server.admin.errors import AdminError
from server.admin.operator import note
from server.auth import auth
from server.store import Transaction
from server.store.opening import opened

TTL: Final = 366 * 24 * 3600  # seconds of a token issued by hand at the most


def keys_rotate(*, database: str) -> None:
    """Signs from now on with a new key; what older keys have signed is good until it ends by itself."""

    def work(tx: Transaction) -> None:
        tx.add_signing_key(secrets.token_hex(4), secrets.token_bytes(32))
        note(tx, "keys_rotate")

    with opened(database) as store:
        store.write([work])
    print("Tokens are signed with a new key.")


def tokens_issue(*, database: str, name: str, ttl: int) -> None:
    """Prints one access token for a user, good for `ttl` seconds."""
    if not 1 <= ttl <= TTL:
        raise WrongUsage(f"A token is good for 1 to {TTL} seconds: please give another --ttl.")
    with opened(database) as store:
        user = store.users().get(name)
        if user is None or user.disabled:
            raise AdminError(f"{name} cannot log in: add the user first with `gymtui admin users add {name}`.")
        issued = auth.issue_by_hand(store, user, ttl=ttl)
        store.write([lambda tx: note(tx, "token_issue", name, f"for {ttl} s")])
        print(issued)
