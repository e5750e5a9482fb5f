"""docs/GUIDES.md is code that runs: what stands there is executed, and its patches are applied to a copy of us."""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

from tests.conformance.__main__ import parser

pytestmark = pytest.mark.slow

ROOT: Final = Path(__file__).parent.parent
GUIDES: Final = (ROOT / "docs" / "GUIDES.md").read_text()


def section(heading: str) -> str:
    return GUIDES.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def blocks(text: str, language: str) -> list[str]:
    return [found[2] for found in re.finditer(rf"^(`{{3,4}}){language}\n(.*?)^\1$", text, re.MULTILINE | re.DOTALL)]


def hunks(diff: str) -> Iterator[tuple[str, str, str]]:
    """The file of each hunk, what stands there, and what shall stand there."""
    for hunk in re.split(r"^--- ", diff, flags=re.MULTILINE)[1:]:
        name, _, body = hunk.partition("\n")
        lines = body.splitlines()
        old = [line[1:] for line in lines if not line.startswith("+")]
        yield name, "\n".join(old) + "\n", "\n".join(line[1:] for line in lines if not line.startswith("-")) + "\n"


def run(heading: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The Python of a guide as a module."""
    module = ModuleType("guide_" + heading.lower().replace(" ", "_"))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    code = "\n".join(blocks(section(heading), "python"))
    exec(compile(code, str(ROOT / "docs" / "GUIDES.md"), "exec", dont_inherit=True), vars(module))  # noqa: S102
    return module


async def test_the_widget_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    board = run("Add a widget that listens", monkeypatch)
    await board.test_the_board_listens_and_fails_alone()


async def test_the_event_type_is_added_to_a_copy_of_the_project(tmp_path: Path) -> None:
    guide = section("Add an event type")
    for part in ("gymtui", "server", "tests", "docs"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    patches = [hunk for diff in blocks(guide, "diff") for hunk in hunks(diff)]
    assert len(patches) > 10
    for name, old, new in patches:
        text = (tmp_path / name).read_text()
        if text.count(old) != 1:
            pytest.fail(f"docs/GUIDES.md is behind: {name} no longer has one place with\n{old}")
        (tmp_path / name).write_text(text.replace(old, new))
    [test] = blocks(guide, "python")
    name = test.partition("\n")[0].removeprefix("# ")
    (tmp_path / name).write_text(test)
    command = ("-m", "pytest", "-n0", "-p", "no:cacheprovider", name, "tests/test_protocol_page.py")
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, *command, cwd=tmp_path, stdout=pipe, stderr=pipe)
    out, err = await process.communicate()
    assert process.returncode == 0, (out + err).decode()


def test_the_command_of_the_conformance_kit_is_one_that_it_takes() -> None:
    [command] = [block for block in blocks(GUIDES, "console") if "tests.conformance" in block]
    words = command.replace("\\\n", " ").replace('"', "").split()
    given = parser().parse_args(words[words.index("tests.conformance") + 1 :])
    assert given.url.startswith("ws://")
    assert given.token
    assert given.operator_token
    assert given.manager_token


def test_the_readme_ends_with_where_to_read_on() -> None:
    readme = (ROOT / "README.md").read_text()
    for page in ("docs/PROTOCOL.md", "docs/GUIDES.md"):
        assert f"]({page})" in readme
        assert (ROOT / page).is_file()
