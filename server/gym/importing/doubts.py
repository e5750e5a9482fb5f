"""Numbers of a list that may well be nobody's: imported, and named, so that somebody reads those cards once more."""

from __future__ import annotations

from collections.abc import Sequence

from gymtui.cards.nobody import are_uids, doubtful, nobodys
from gymtui.importing.rows import Problem, Row
from gymtui.protocol import CardKind
from server.gym.importing.collisions import codes_of


def doubts(rows: Sequence[Row], kind: CardKind | None = None) -> list[Problem]:
    """What to make sure of, by line. Where the gym does not say what its cards are, that eight digits are a chip's
    number shows in the list as a whole."""
    cards = [(line, str(fields["full_name"]), code) for line, fields in rows for code in codes_of(fields)]
    uids = kind == "uid" or are_uids(code for _, _, code in cards)
    return [
        Problem(line, f"please look at card {code} of {name}: {why}")
        for line, name, code in cards
        if nobodys(code) is None and (why := nobodys(code, uids=uids) or doubtful(code, uids=uids, hid=kind == "hid26"))
    ]
