"""Who has come in on a connection, and what they may at this moment."""

from __future__ import annotations

from gymtui.protocol import Role
from server.auth.auth import Auth, Claims
from server.gym.sight import Sight
from server.net.handshake import Identity
from server.net.hub import Hub


class Admitted:
    """Somebody at a desk; `identity` has their newest token. All parts of a session share it, and it knows of none of
    them."""

    __slots__ = ("_auth", "_hub", "identity")

    def __init__(self, identity: Identity, auth: Auth, hub: Hub) -> None:
        self.identity = identity
        self._auth = auth
        self._hub = hub

    @property
    def claims(self) -> Claims:
        return self.identity.claims

    @property
    def role(self) -> Role | None:
        """What this one may do at this moment; None: nothing any more."""
        return self._auth.role(self.claims.user, self.claims.sid)

    @property
    def sight(self) -> Sight:
        """What this one is told of members."""
        return self._hub.sights.of(self.role)
