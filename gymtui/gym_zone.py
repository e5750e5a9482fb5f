"""The time zone of a gym's wall clock."""

from __future__ import annotations

import logging
from datetime import UTC, tzinfo

from gymtui.protocol import Gym

logger = logging.getLogger(__name__)


def zone_of(gym: Gym | None) -> tzinfo:
    """The gym's time zone; UTC where that is not known, or not known here."""
    if gym is None:
        return UTC
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415  it reads how the interpreter was built

    try:
        return ZoneInfo(gym.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        logger.warning("The gym's time zone %r is not known here: times are in UTC.", gym.timezone)
        return UTC
