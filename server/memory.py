"""What the process lets go of: as the system's C library keeps it, and as the interpreter looks for it."""

from __future__ import annotations

import ctypes
import gc
from typing import Final

LARGE: Final = 128 * 1024  # bytes: with which glibc begins
M_MMAP_THRESHOLD: Final = -3  # of glibc's malloc.h


def give_back_what_is_large() -> None:
    """At once, as soon as it is let go of. By itself glibc takes blocks of each size that was let go of once from
    memory that it keeps, and a megabyte that grows there leaves a hole behind it each time: of 16 MiB it makes 80.
    Where there is no glibc there is nothing to do."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, LARGE)


def look_for_garbage_seldom() -> None:
    """A command that waits for the disk is some fifteen objects, and has no garbage: the interpreter would look through
    what was made since at each 45th of them."""
    gc.set_threshold(10_000)
