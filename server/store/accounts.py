"""What an engine does about who may log in: users, their logins, the desks they are known at, the keys of tokens."""

from __future__ import annotations

from typing import Protocol

from server.store.records import Access, LoginRecord, User


class AccountsTransaction(Protocol):
    """That part of a transaction. Each change is told by `Head.users_version`."""

    def user(self, name: str) -> User | None: ...

    def put_user(self, user: User) -> None:
        """The logins of a disabled user end for good."""

    def add_signing_key(self, kid: str, key: bytes) -> None:
        """The key that signs from now on; an older one is kept for as long as a token that it has signed may live."""

    def login(self, sid: str) -> LoginRecord | None: ...
    def put_login(self, login: LoginRecord) -> None: ...
    def end_login(self, sid: str) -> None: ...
    def end_logins(self, user: str) -> None: ...

    def put_device(self, digest: bytes, user: str) -> None:
        """A desk that this user has logged in at, by the digest of its token; of a user the newest twenty are known."""

    def note_access(self, access: Access) -> None:
        """A row beside the journal, which no desk is told of: `gymtui admin audit` has both."""

    def forget_accesses(self, before: int) -> None:
        """Those rows go that were written before a time (ms)."""


class AccountsStore(Protocol):
    """That part of a store."""

    def users(self) -> dict[str, User]: ...
    def live_logins(self) -> dict[str, str]: ...  # whose each is

    def signing_keys(self) -> dict[str, bytes]:
        """Keys by their `kid`; the newest, which signs, comes last."""

    def devices(self) -> set[bytes]:
        """The digests of the known desks' tokens."""
