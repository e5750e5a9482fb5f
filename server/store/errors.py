"""What a store may raise; each is a sentence with a next step."""

from __future__ import annotations

from gymtui.errors import GymError


class StoreError(GymError):
    """The database cannot be used."""


class StoreUnavailable(StoreError):
    """The database cannot be used just now (full disk, lock, damage); what waits for it may be done later."""


class TooLong(StoreUnavailable):
    """A query was given up: it took longer than it may."""


class BackupError(StoreError):
    """No copy was made, and nothing was replaced."""


class DatabaseDamaged(StoreError):
    """The database itself is not whole any more; the text says what its engine says."""


class NoPage(ValueError):
    """A cursor that no page ended with."""
