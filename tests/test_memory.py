"""What is large goes back to the system as soon as it is let go of."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

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
