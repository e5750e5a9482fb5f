"""What an engine does about who may log in: users, their logins, the desks they are known at, the keys of tokens."""

from __future__ import annotations

from typing import Protocol

from server.store.records import Access, Issued, IssuedToken, LoginRecord, OpenLogin, PinTries, User


class AccountsTransaction(Protocol):
    """That part of a transaction. Each change is told by `Head.users_version`."""

    def user(self, name: str) -> User | None: ...

    def put_user(self, user: User) -> None:
        """The logins of a disabled user end for good, and the tokens issued by hand."""

    def add_signing_key(self, kid: str, key: bytes) -> None:
        """The key that signs from now on; an older one is good for as long as a token that it has signed may live."""

    def retire_keys(self) -> None:
        """None but the newest key is good, and nothing that was given out before: no login, no refresh token, no token
        issued by hand."""

    @property
    def issued(self) -> Issued: ...
    def put_issued(self, token: IssuedToken) -> None: ...
    def end_issued(self, id: str) -> None: ...

    def end_issued_of(self, user: str) -> None:
        """Also those that are not on the list: they were issued before there was one."""

    def login(self, sid: str) -> LoginRecord | None: ...
    def put_login(self, login: LoginRecord) -> None: ...
    def end_login(self, sid: str) -> None: ...
    def end_logins(self, user: str) -> None: ...

    def pin_tries(self, asker: str, manager: str) -> PinTries: ...
    def put_pin_tries(self, tries: PinTries) -> None: ...
    def forget_pin_tries(self, asker: str, manager: str) -> None: ...

    def forgive_pins(self, manager: str) -> None:
        """Whose PIN it is has shown up, or has another one: nobody has tried any, nor one of nobody."""

    def put_device(self, digest: bytes, user: str) -> None:
        """A desk that this user has logged in at, by the digest of its token; of a user the newest twenty are known."""

    def was_at(self, device: bytes, user: str) -> bool:
        """Has the user ever logged in at that desk, as far as it is known?"""

    def note_access(self, access: Access) -> None:
        """A row beside the journal, which no desk is told of: `gymtui admin audit` has both."""

    def forget_accesses(self, before: int) -> None:
        """Those rows go that were written before a time (ms)."""


class AccountsStore(Protocol):
    """That part of a store."""

    def users(self) -> dict[str, User]: ...
    def live_logins(self) -> dict[str, OpenLogin]: ...

    def signing_keys(self) -> dict[str, bytes]:
        """Keys by their `kid` that something good may be signed with; the newest, which signs, comes last."""

    def refresh_key(self) -> bytes:
        """What refresh tokens are marked with."""

    def issued(self) -> Issued: ...

    def all_pin_tries(self) -> list[PinTries]: ...

    def devices(self) -> set[bytes]:
        """The digests of the known desks' tokens."""
