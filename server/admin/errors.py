"""What keeps a command of `gymtui admin` from being done."""

from __future__ import annotations

from gymtui.errors import GymError


class AdminError(GymError):
    """What could not be done."""
