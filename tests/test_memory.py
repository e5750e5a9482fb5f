"""What is large goes back to the system as soon as it is let go of, and what is on its way is not looked through."""

from __future__ import annotations

import ctypes
import gc
import subprocess
import sys
from collections.abc import Iterator

import pytest

from server.memory import look_for_garbage_seldom

MAPPED = """
import ctypes
class Info(ctypes.Structure):
    _fields_ = [("before", ctypes.c_size_t * 3), ("hblks", ctypes.c_size_t), ("behind", ctypes.c_size_t * 6)]
look = ctypes.CDLL(None).mallinfo2
look.restype = Info
{first}
bytearray(2**20)  # is let go of
before = look().hblks
kept = bytearray(2**20)
print(look().hblks - before)
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="no glibc that tells")
@pytest.mark.parametrize(
    ("first", "mapped"), [("", 0), ("from server.memory import give_back_what_is_large as f; f()", 1)]
)
def test_a_block_of_a_megabyte_is_mapped_for_itself_also_after_another(first: str, mapped: int) -> None:
    run = subprocess.run([sys.executable, "-c", MAPPED.format(first=first)], capture_output=True, check=True, text=True)
    assert int(run.stdout) == mapped


@pytest.fixture
def looks() -> Iterator[list[int]]:
    """The generation of each look for garbage."""
    before, seen = gc.get_threshold(), list[int]()

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            seen.append(info["generation"])

    gc.collect()
    gc.callbacks.append(note)
    yield seen
    gc.callbacks.remove(note)
    gc.set_threshold(*before)


def test_hundreds_of_commands_on_their_way_are_not_looked_through(looks: list[int]) -> None:
    look_for_garbage_seldom()
    on_their_way = [[[number] for number in range(15)] for _ in range(500)]
    assert looks == []
    on_their_way += [[[number] for number in range(15)] for _ in range(500)]
    assert looks == [0]
