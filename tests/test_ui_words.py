"""The pure parts of the console: words of the connection, cells, rows, the search."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from rich.cells import cell_len
from rich.color import Color, ColorSystem

from gymtui.client.state import ConnectionState, Hit, Phase
from gymtui.printable import printable
from gymtui.protocol import Notification
from gymtui.ui.cells import fit
from gymtui.ui.rows import row_of
from gymtui.ui.search import Search
from gymtui.ui.theme import SLATE
from gymtui.ui.widgets.connection_status import Look, connection_words
from gymtui.ui.widgets.counters import stay_text
from gymtui.ui.widgets.hits import matches
from tests.ui_fakes import LIVE, LOGGED_OUT, NOW, member, refusal, visit

ZURICH = ZoneInfo("Europe/Zurich")


def away(seconds: int, phase: Phase = "waiting", retry_at: int = NOW + 3200) -> ConnectionState:
    return ConnectionState(phase=phase, since=NOW - seconds * 1000, attempt=3, retry_at=retry_at)


@pytest.mark.parametrize(
    ("state", "queued", "words", "look"),
    [
        (LIVE, 0, "● live 12 ms", "live"),
        (LIVE, 3, "● live 12 ms", "live"),
        (ConnectionState(phase="live", since=NOW), 0, "● live", "live"),
        (ConnectionState(phase="connecting", since=NOW), 0, "◐ connecting", "coming"),
        (away(5), 0, "◐ back in 4 s (try 3)", "coming"),
        (away(5), 2, "◐ back in 4 s (try 3), 2 queued", "coming"),
        (away(5, retry_at=NOW - 900), 0, "◐ back in 0 s (try 3)", "coming"),
        (away(5, "connecting"), 0, "◐ connecting (try 3)", "coming"),
        (away(29), 12, "◐ back in 4 s (try 3), 12 queued", "coming"),
        (away(30), 12, "○ offline since 17:23, 12 queued", "offline"),
        (away(44 * 60), 12, "○ offline since 16:40, 12 queued", "offline"),
        (away(44 * 60, "connecting"), 0, "○ offline since 16:40", "offline"),
        (replace(LIVE, silent_since=NOW - 6900, latency=None), 0, "◐ no answer for 6 s", "coming"),
        (replace(LIVE, silent_since=NOW + 1, latency=None), 2, "◐ no answer for 0 s, 2 queued", "coming"),
        (LOGGED_OUT, 0, "⚠ log in again", "alarm"),
        (LOGGED_OUT, 1, "⚠ log in again, 1 queued", "alarm"),
        (ConnectionState(phase="stopped", since=NOW, reason="over"), 0, "✗ stopped", "alarm"),
    ],
)
def test_connection_words(state: ConnectionState, queued: int, words: str, look: Look) -> None:
    assert connection_words(state, queued, NOW, ZURICH) == (words, look)


def test_what_comes_from_outside_cannot_speak_to_the_terminal() -> None:
    assert printable("Ana\x1b[2J\x07 Sil\u202eva\u009b") == "Ana[2J Silva"
    assert printable("two\nlines\there") == "two lines here"


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [("Ana", 5, "Ana  "), ("Ana Silva", 5, "Ana …"), ("田中さくら", 6, "田中 …"), ("田中", 4, "田中"), ("Ana", 0, "")],
)
def test_fit_counts_cells_and_not_characters(text: str, width: int, shown: str) -> None:
    assert fit(text, width) == shown
    assert cell_len(fit(text, width)) == width


def test_rows_say_what_happened() -> None:
    came, went = visit(1, "Ana"), visit(2, "Ben", status="checked_out", check_out_time="2026-11-18T16:30:00.000Z")
    assumed = visit(3, "Ida", status="checked_out", check_out_time="2026-11-18T16:30:00.000Z", flags=("assumed_out",))
    undone = visit(4, "Zoe", status="checked_out", check_out_time="2026-11-18T16:24:00.000Z", flags=("undone",))
    back = visit(7, "Eva", flags=("undone",))
    twice = visit(8, "Uma", status="checked_out", check_out_time=came.check_in_time, flags=("offline", "clash"))
    notice = Notification(id="n", level="warning", title="Pool", message="closed", at=came.check_in_time, seq=5)
    rows = [row_of(event) for event in (came, went, assumed, undone, back, twice, refusal(6, "Tom"), notice)]
    assert [(row.symbol, row.outcome) for row in rows] == [
        ("▲", "in"),
        ("▽", "out"),
        ("▽", "~out"),
        ("↩", "undone in"),
        ("↩", "undone out"),
        ("≡", "clash"),
        ("✗", "refused"),
        ("◆", "warning"),
    ]
    assert rows[1].at == "2026-11-18T16:30:00.000Z"
    assert rows[5].note == "in already offline"


def test_a_refusal_of_nobody_still_has_a_row() -> None:
    row = row_of(replace(refusal(1, "x"), member=None))
    assert row.who == "unknown card"


def test_the_search_moves_and_does_not_guess() -> None:
    hits = tuple(Hit(member=member(n, name)) for n, name in enumerate(["Ben Ode", "Ben Odegaard", "Ben Ott"]))
    search = Search(text="ben o", hits=hits)
    assert search.pick is None
    assert search.clear_hit is None
    assert search.moved(1).chosen == 0
    assert search.moved(1).moved(1).moved(1).moved(1).chosen == 2
    assert search.moved(1).moved(-1).chosen is None
    assert search.opened().moved(-1).chosen == 0
    assert search.opened().answers("")
    assert not search.answers("")
    assert Search(text="bén ode", hits=hits).clear_hit is hits[0]
    assert Search(text="b", hits=hits[:1]).clear_hit is hits[0]


def test_matches_mark_the_beginnings_of_words() -> None:
    assert list(matches("ma sch", "Maya Schmidt")) == [(0, 2), (5, 8)]
    assert list(matches("zoe", "Zoë O'Neil")) == [(0, 3)]
    assert list(matches("x", "Maya")) == []
    assert list(matches("zon", "Zoë O'Neil")) == [(0, 2), (6, 7)]
    assert list(matches("nezo", "Zoë O'Neil")) == [(0, 2), (6, 8)]
    assert list(matches("strasse", "An der Straße 1")) == [(7, 13)]


def test_a_digit_behind_the_letters_names_a_row_of_the_list_that_is_shown() -> None:
    hits = tuple(Hit(member=member(n, name)) for n, name in enumerate(["Ben Ode", "Ben Odegaard"]))
    search = Search(text="beo", hits=hits)
    second = search.numbered("beo2")
    assert second is not None
    assert second.pick is hits[1]
    assert second.answers("beo2")
    assert not second.answers("beo")
    assert second.moved(-1).pick is hits[0]
    assert [search.numbered(text) for text in ("beo", "beo0", "beo3", "beod2", "be2", "beo12", "2", "")] == [None] * 8
    assert Search(text="10", hits=hits).numbered("102") is None


def test_the_stay_is_in_words() -> None:
    assert [stay_text(m) for m in (None, 43.4, 60, 72)] == ["–", "43 min", "1 h 00 min", "1 h 12 min"]


def test_the_verdicts_differ_in_sixteen_colours() -> None:
    names = [SLATE.success, SLATE.warning, SLATE.error, SLATE.accent, SLATE.foreground]
    names += [SLATE.variables["caution"], SLATE.variables["notice"]]
    assert None not in names
    colours = {Color.parse(str(name)).downgrade(ColorSystem.STANDARD).number for name in names}
    assert len(colours) == len(names)
