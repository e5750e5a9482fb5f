"""What `msgspec` raises where bytes are not what they have to be: one name, so that nobody forgets one of the three."""

from __future__ import annotations

from typing import Final

import msgspec

UNREADABLE: Final = (msgspec.DecodeError, UnicodeError, RecursionError)
