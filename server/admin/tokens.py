"""`gymtui admin tokens` and `keys`: access for programs without a person, and the keys that sign it."""

from __future__ import annotations

import secrets
from typing import Final

from gymtui import clock
from gymtui.errors import WrongUsage
from gymtui.names import known_as
from gymtui.output import say
from gymtui.printable import printable
from server.admin.errors import AdminError
from server.admin.operator import note
from server.auth import auth
from server.store import Transaction
from server.store.opening import opened

TTL: Final = 366 * 24 * 3600  # seconds of a token issued by hand at the most


def keys_rotate(*, database: str, now: bool = False) -> None:
    """Signs from now on with a new key. What older keys have signed is good until it ends by itself, and so are they;
    `now`: nothing of it is good any more."""

    def work(tx: Transaction) -> None:
        tx.add_signing_key(secrets.token_hex(4), secrets.token_bytes(32))
        if now:
            tx.retire_keys()
        note(tx, "keys_rotate", outcome="all logins and tokens have ended" if now else "")

    with opened(database) as store:
        store.write([work])
    print("Tokens are signed with a new key.")
    if now:
        print("Nothing else is good any more: everybody logs in again, and each token of a program is issued anew.")


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


def tokens_list(*, database: str) -> None:
    """One line a token that was issued by hand and is good: its id, whose, since when and until when."""
    with opened(database, found=True) as store:
        for token in store.issued().tokens.values():
            if token.expires_at > clock.now():
                times = f"{clock.to_text(token.issued_at)}\t{clock.to_text(token.expires_at)}"
                print(f"{token.id}\t{printable(token.user)}\t{times}")


def tokens_revoke(*, database: str, id: str | None = None, name: str | None = None) -> None:
    """Ends one token that was issued by hand, or all of a user; connections with it within a second."""
    if (id is None) == (name is None):
        raise WrongUsage("Name one token by its id, or all of a user with --user.")
    with opened(database, found=True) as store:
        known = id or known_as(name or "", store.users())
        if known is None or (id is not None and id not in store.issued().tokens):
            raise AdminError("There is no such token: `gymtui admin tokens list` shows which there are.")

        def work(tx: Transaction) -> None:
            (tx.end_issued if id is not None else tx.end_issued_of)(known)
            note(tx, "token_revoke", "" if id is not None else known, id or "all")

        store.write([work])
    say("It opens nothing any more." if id is not None else f"No token of {known} opens anything any more.")
