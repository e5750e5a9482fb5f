"""docs/RELIABILITY.md names commands that are there, with flags that they take."""

from __future__ import annotations

import re
import runpy
import sys
import warnings
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "RELIABILITY.md").read_text()
COMMANDS = sorted(set(re.findall(r"`python -m (tests\.(?:faults\.|fuzz|autobahn)[^`]*)`", PAGE)))


def test_every_promise_has_its_line() -> None:
    rows = re.findall(r"^\| (P\d+b?) \|.*\|.*\|.*\|$", PAGE, re.MULTILINE)
    assert rows == ["P1", "P2", "P2b", "P3", "P4", "P5", "P9", "P10", "P11", "P12", "P13", "P14", "P16"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_takes_what_the_page_gives_it(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module, *given = command.split()
    monkeypatch.setattr(sys, "argv", [module, "--help"])
    with warnings.catch_warnings(action="ignore"), pytest.raises(SystemExit) as ended:  # another test has imported it
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    assert not ended.value.code
    told = capsys.readouterr().out
    assert {word for word in given if word.startswith("--")} <= set(re.findall(r"--\w+", told))


def test_every_file_of_tests_is_there() -> None:
    named = re.findall(r"\btests/\w+\.py", PAGE)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
