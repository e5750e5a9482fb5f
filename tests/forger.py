"""Makes tokens: good ones, and any that somebody could make up."""

from __future__ import annotations

import base64
import hmac
import json
from contextlib import closing
from pathlib import Path
from typing import Any

from gymtui import clock
from server.auth import auth, refresh_tokens
from server.store.opening import open_store
from tests.gym_kit import issue_as


class Forger:
    """Makes tokens of the manager mia, whom one is issued to."""

    def __init__(self, gym: Path) -> None:
        with closing(open_store(gym)) as store:
            [(self.kid, self.key)] = store.signing_keys().items()
            self.refresh = refresh_tokens.first(store.refresh_key(), clock.new_id())
            issue_as(store, "1", "mia")
            issue_as(store, "of ana", "ana")
        now = clock.now() // 1000
        self.header = {"alg": "HS256", "kid": self.kid, "typ": "at+jwt"}
        self.claims = {
            "iss": auth.ISSUER,
            "aud": auth.AUDIENCE,
            "sub": "mia",
            "role": "manager",
            "sid": "issued:1",
            "iat": now,
            "exp": now + 300,
            "jti": "1",
        }

    def token(self, claims: object = None, *, key: bytes | None = None, digest: str = "sha256", **header: Any) -> str:
        """Header and claims as they are given, signed by the gym's own key unless it is another."""
        head = {name: value for name, value in (self.header | header).items() if value is not ...}
        body = claims if isinstance(claims, bytes) else json.dumps(self.claims if claims is None else claims).encode()
        return self.signed(json.dumps(head).encode(), body, key=key, digest=digest)

    def signed(self, head: bytes, body: bytes, *, key: bytes | None = None, digest: str = "sha256") -> str:
        """Of bytes, whatever they are."""
        parts = [part(head), part(body)]
        signature = hmac.new(self.key if key is None else key, ".".join(parts).encode(), digest).digest()
        return ".".join([*parts, part(signature)])

    def with_claim(self, name: str, value: object) -> str:
        return self.token(self.claims | {name: value})

    def without(self, name: str) -> str:
        return self.token({key: value for key, value in self.claims.items() if key != name})


def part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
