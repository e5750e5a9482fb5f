"""Refresh tokens: `LOGIN.SECRET.MAC`. The MAC says that it was given out here; the next one follows from it."""

from __future__ import annotations

import hashlib
import hmac
import secrets


def first(key: bytes, sid: str) -> str:
    """The first of the login `sid`."""
    return _marked(key, sid, secrets.token_urlsafe(32))


def successor(key: bytes, token: str) -> str:
    """The one that follows it, always the same."""
    return _marked(key, login_of(token), _mark(key, token))


def is_ours(key: bytes, token: str) -> bool:
    """Was it given out here, whenever that was?"""
    text, _, mark = token.rpartition(".")
    return hmac.compare_digest(mark.encode(), _mark(key, text).encode())


def login_of(token: str) -> str:
    """The login that it says it is of."""
    return token.partition(".")[0]


def digest(token: str) -> bytes:
    """What is kept of it: enough to know it again."""
    return hashlib.sha256(token.encode()).digest()


def _marked(key: bytes, sid: str, secret: str) -> str:
    return f"{sid}.{secret}.{_mark(key, f'{sid}.{secret}')}"


def _mark(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
