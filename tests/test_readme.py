"""The README's promises: its commands, keys, words, parts and links are there."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from gymtui import cli, keys
from gymtui.client.state import Verdict, VerdictKind

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/GLOSSARY.md",
    "docs/IMPORT.md",
    "docs/METRICS.md",
    "docs/POSTGRESQL.md",
    "docs/RELIABILITY.md",
    "findings/README.md",
)


def rows(heading: str) -> list[list[str]]:
    """The cells of the table with that first line."""
    lines = README.partition(heading)[2].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[: lines.index("")]]


@pytest.mark.parametrize(("page", "at_least"), [("README.md", 8), ("docs/IMPORT.md", 2), ("docs/POSTGRESQL.md", 2)])
def test_every_command_of_a_page_can_be_read(page: str, at_least: int) -> None:
    commands = re.findall(r"^\$ (?:.*\| )?gymtui (.*?)(?: \| .*)?$", (ROOT / page).read_text(), re.MULTILINE)
    assert len(commands) >= at_least
    for command in commands:
        words = re.findall(r'"[^"]*"|\S+', command)
        cli.parser().parse_args([word.strip('"') for word in words])


def test_the_keys_are_the_keys() -> None:
    known = {keys.shown(key) for command in keys.COMMANDS.values() for key in command.keys.split(",")}
    named = {key for row in rows("| key | what it does |") for key in row[0].replace("`", "").split()}
    assert named - {"Enter", "/"} <= known


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        ("checked_in", None),
        ("queued", None),
        ("warned", "payment overdue"),
        ("refused", "membership expired 3 Nov"),
        ("already_in", "since 17:02, desk 2"),
    ],
)
def test_the_verdicts_are_in_its_words(kind: VerdictKind, detail: str | None) -> None:
    name = "Ben Ode" if kind == "refused" else "Ana Silva"
    words = Verdict(kind=kind, subject=name, command_id="c", at=0, detail=detail).words
    assert f"`{words}`" in [row[0] for row in rows("| verdict | what it means |")]


def test_the_parts_are_where_it_says() -> None:
    for row in rows("| its name | here |"):
        path = re.findall(r"`([\w.]+)`", row[1])[0]
        module, _, name = path.rpartition(".")
        assert hasattr(import_module(module), name)


@pytest.mark.parametrize("page", PAGES)
def test_its_links_lead_somewhere(page: str) -> None:
    for link in re.findall(r"\]\(([^)#:]+)(?:#[\w-]+)?\)", (ROOT / page).read_text()):
        assert ((ROOT / page).parent / link).exists(), link


@pytest.mark.parametrize("page", PAGES)
def test_the_files_that_it_names_are_there(page: str) -> None:
    for path in re.findall(r"`((?:gymtui|server|tests|docs)/[\w./]+)`", (ROOT / page).read_text()):
        file = ROOT / path
        assert "NAME" in path or "NOUN" in path or file.exists() or file.with_suffix(".py").exists(), path
