"""docs/CARDS.md is true: each of its examples is run."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec
import pytest

from gymtui.cards.nobody import doubtful, nobodys
from gymtui.cards.profile import ReaderProfile
from gymtui.cards.reading import read
from gymtui.cards.steps import STEPS
from gymtui.protocol import CardCheck
from tests.cards_kit import CardFile

PAGE: Final = (Path(__file__).parent.parent / "docs" / "CARDS.md").read_text()
WRITTEN: Final = {r"\x02": "\x02", r"\xa0": "\xa0", r"\x1d": "\x1d", r"\u0308": "\u0308"}


def rows(heading: str) -> list[list[str]]:
    """The cells of a section's table, without its head; what is in backticks as it is meant."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][1:]
    return [[_meant(cell.strip()) for cell in line.strip("|").split("|")] for line in lines]


def _meant(cell: str) -> str:
    text = cell.strip("`") if cell.startswith("`") else cell
    for written, character in WRITTEN.items():
        text = text.replace(written, character)
    return text


@pytest.mark.parametrize(("what", "on_file", "arrives", "_source"), rows("By itself"))
def test_it_is_found_by_itself(what: str, on_file: str, arrives: str, _source: str) -> None:
    assert CardFile([on_file, "another"]).find(arrives) == {on_file}, what


@pytest.mark.parametrize(("check", "on_file", "arrives", "_source"), rows("The gym's own"))
def test_it_is_found_where_the_gym_says_so(check: CardCheck, on_file: str, arrives: str, _source: str) -> None:
    assert CardFile([on_file, "another"], check).find(arrives) == {on_file}
    assert CardFile([on_file, "another"]).find(arrives) == set()


@pytest.mark.parametrize(("what", "on_file", "arrives", "kept"), rows("What a desk has to learn"))
def test_it_is_read_with_a_profile_and_not_without(what: str, on_file: str, arrives: str, kept: str) -> None:
    gym = CardFile([on_file, "another"])
    profile = msgspec.json.decode(kept, type=ReaderProfile)
    assert gym.find(read(profile, arrives) or "") == {on_file}, what
    assert gym.find(arrives) == set()


@pytest.mark.parametrize(("what", "on_file", "arrives"), rows("Never equal"))
def test_it_is_never_equal(what: str, on_file: str, arrives: str) -> None:
    assert CardFile([on_file]).find(arrives) == set(), what


@pytest.mark.parametrize(("number", "what", "said", "_source"), rows("Nobody's"))
def test_whose_it_is_not(number: str, what: str, said: str, _source: str) -> None:
    assert (nobodys(number) is not None) == (said == "no"), what
    assert (doubtful(number) is not None) == (said not in ("", "no"))


def test_the_page_has_every_step() -> None:
    profiles = [msgspec.json.decode(kept, type=ReaderProfile) for *_, kept in rows("What a desk has to learn")]
    assert {step.partition(":")[0] for profile in profiles for step in profile.steps} == set(STEPS)
