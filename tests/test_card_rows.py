"""Every row of `card_rows` finds its own, or nobody: alone, and among all that a careless reading would make of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from gymtui.cards.keys import collisions, levels
from gymtui.cards.rfid import WRITINGS, convert
from tests.card_rows import CASES, STRANGERS, Case
from tests.cards_kit import CardFile


def named(case: Case) -> str:
    return f"{case.kind}: {case.arrives[:30]!r}"


@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_scan_is_its_owner_s_or_nobody_s(case: Case) -> None:
    assert CardFile(case.on_file).find(case.arrives) == ({case.finds} if case.finds else set())


def careless(text: str) -> Iterator[str]:
    """What somebody's number could be who is found by a careless reading: pieces, other bases, digits alone."""
    yield from {text[at : at + size] for size in range(3, len(text)) for at in range(len(text) - size + 1)}
    yield from (re.sub(r"\D", "", text), text.lstrip("0"), f"0{text}", f"{text}0", text[::-1])
    for reads in WRITINGS if len(text) < 30 else ():
        for writes in ("hex3", "hex4", "hex5", "dec24/8", "dec24/10", "dec32/10", "dec32", "dec16/5", "3,5", "35"):
            for backwards in (False, True):
                yield convert(text, reads, writes, backwards=backwards) or ""


@pytest.mark.parametrize("case", [case for case in CASES if case.finds], ids=named)
def test_nobody_is_found_beside_the_owner(case: Case) -> None:
    own = case.finds or ""
    others = {code for code in careless(case.arrives) if code and not collisions([(own, "own"), (code, "other")])}
    others -= {case.arrives, case.arrives.strip(";?")}  # that is whoever has it
    assert len(others) > 5
    found = CardFile([own, *sorted(others)]).find(case.arrives)
    assert own in found
    assert found == {own} or case.arrives[:2] in ("]F", "]I")  # which say what may be left out: that is a question


@pytest.mark.parametrize("case", STRANGERS, ids=named)
def test_what_a_stranger_sends_asks_for_itself_alone(case: Case) -> None:
    """No key of it has the code of somebody in it that it does not have as a whole."""
    asked = {key[1:] for level in levels(case.arrives) for key in level}
    assert not asked & {code.casefold() for code in case.on_file} - {case.arrives.casefold()}
