"""The one check command: style, types, import contracts, and what the documents promise."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    "check",
    [
        ("ruff", "check", "--output-format=concise"),
        ("ruff", "format", "--check"),
        pytest.param(("mypy",), marks=pytest.mark.slow),
        pytest.param(("lint-imports", "--no-cache"), marks=pytest.mark.slow),
    ],
    ids=lambda check: " ".join(check[:2]),
)
def test_a_check_finds_nothing(check: tuple[str, ...]) -> None:
    done = subprocess.run([BIN / check[0], *check[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("modules", "without"),
    [
        ("gymtui.cli", "msgspec"),
        ("gymtui.client, gymtui.programs.tail", "textual, server"),
        ("server.app", "textual, gymtui.client"),
        ("tests.conftest, tests.till, tests.test_rules, tests.test_commands_visits", "websockets"),
    ],
)
def test_an_import_loads_no_more_than_it_should(modules: str, without: str) -> None:
    code = f"import sys, {modules}; print(*set({without.split(', ')}) & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert ran.stdout.split() == []


def test_the_ci_runs_the_line_of_the_readme() -> None:
    line = (ROOT / ".ci" / "run").read_text().strip().splitlines()[-1]
    assert "pytest" in line
    assert line in (ROOT / "README.md").read_text()


def test_nothing_in_the_project_names_a_place_outside_it() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, tracked.stdout.split("\0")):
        text = (ROOT / name).read_text(errors="replace")
        assert "pypi." + "org" not in text, name
        assert "/work" + "/" not in text, name
