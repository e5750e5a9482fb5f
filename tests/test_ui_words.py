"""The pure parts of the console: words of the connection, cells, rows, the search."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from rich.cells import cell_len
from rich.color import Color, ColorSystem

from gymtui.client.state import ConnectionState, Hit, Phase
from gymtui.printable import printable
from gymtui.protocol import Notification, UnknownCard
from gymtui.ui.ascii import plain
from gymtui.ui.box.search import Search
from gymtui.ui.cells import fit
from gymtui.ui.feed_rows import row_of
from gymtui.ui.namesakes import told_apart
from gymtui.ui.theme import SLATE
from gymtui.ui.widgets.connection_status import Look, connection_words, with_aside
from gymtui.ui.widgets.counters import stay_text
from gymtui.ui.widgets.hits import matches
from tests.factories import NOW, member, refusal, visit
from tests.ui_fakes import LIVE, LOGGED_OUT

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


def test_a_screen_that_stands_late_says_so_instead_unless_there_is_worse() -> None:
    assert connection_words(LIVE, 2, NOW, ZURICH, late=3) == ("◐ screen 3 s late, 2 queued", "coming")
    silent = replace(LIVE, silent_since=NOW - 6900, latency=None)
    for worse in (silent, LOGGED_OUT, away(5)):
        assert connection_words(worse, 0, NOW, ZURICH, late=3) == connection_words(worse, 0, NOW, ZURICH)


def test_what_was_set_aside_is_said_beside_any_of_them() -> None:
    assert with_aside(("● live 12 ms", "live"), 2, "F9") == ("● live 12 ms, 2 set aside: F9", "alarm")
    assert with_aside(("● live 12 ms", "live"), 0, "F9") == ("● live 12 ms", "live")


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
    older = replace(refusal(1, "x"), member=None, code="unknown_member", message="Nobody here has the number 4711.")
    assert row_of(older).who == "unknown card"
    card = replace(older, unknown_card=UnknownCard("d", "4711"))
    assert (row_of(card).who, plain(row_of(card).who)) == ("unknown card …4711", "unknown card .4711")


def test_who_is_in_already_is_not_refused() -> None:
    row = row_of(replace(refusal(1, "Ana", "already in since 06:09"), code="already_checked_in"))
    assert (row.symbol, row.outcome, row.note) == ("↩", "already in", "since 06:09")
    undo = row_of(replace(refusal(2, "Ana", "has come in again"), code="already_checked_in"))
    assert (undo.symbol, undo.outcome) == ("✗", "refused")


def test_the_search_moves_and_does_not_guess() -> None:
    hits = tuple(Hit(member=member(n, name)) for n, name in enumerate(["Ben Ode", "Ben Odegaard", "Ben Ott"]))
    search = Search(text="ben o", hits=hits)
    assert search.pick is None
    assert search.clear_hit is None
    assert search.moved(1).chosen == 0
    assert search.moved(1).moved(1).moved(1).moved(1).chosen == 2
    assert search.moved(1).moved(-1).chosen is None
    assert search.opened(leaving=False).moved(-1).chosen == 0
    assert search.opened(leaving=False).answers("")
    assert not search.answers("")
    assert Search(text="bén ode", hits=hits).clear_hit is hits[0]
    assert Search(text="b", hits=hits[:1]).clear_hit is hits[0]


def test_a_near_hit_is_taken_by_nobody_who_has_not_chosen_it() -> None:
    exact = tuple(Hit(member=member(n, name)) for n, name in enumerate(["Ana Silva", "Ana Silvan"]))
    near = (Hit(member=member(5, "Ana Sylva"), near=True), Hit(member=member(6, "Anna Silva"), near=True))
    assert Search(text="x", hits=near[:1]).clear_hit is None
    assert Search(text="ana sylva", hits=near).clear_hit is None
    assert Search(text="silva", hits=exact[:1] + near).clear_hit is exact[0]
    assert Search(text="silva", hits=exact + near).opened(leaving=True).chosen == 0
    waiting = Search(text="x", hits=near).opened(leaving=False)
    assert (waiting.picking, waiting.pick) == (True, None)
    assert [waiting.moved(step).chosen for step in (1, -1)] == [0, 0]
    second = waiting.numbered("2")
    assert second is not None
    assert second.pick is near[1]


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


def test_a_list_scrolls_and_its_digits_are_those_of_the_rows_that_are_seen() -> None:
    hits = tuple(Hit(member=member(n, f"Ana {n}")) for n in range(18))
    search = Search(text="ana", hits=hits, rows=5).opened(leaving=False)
    assert search.seen == range(5)
    for _ in range(7):
        search = search.moved(1)
    assert (search.chosen, search.seen) == (7, range(3, 8))
    third = search.numbered("3")
    assert third is not None
    assert (third.pick, third.seen) == (hits[5], range(3, 8))
    assert third.answers("3")
    assert third.waiting().answers("")
    assert [search.numbered(text) for text in ("6", "0", "33", "ana3", "")] == [None] * 5
    assert search.moved(99).seen == range(13, 18)
    assert search.moved(-99).seen == range(5)


def test_the_first_of_a_pick_list_is_somebody_whom_the_command_fits() -> None:
    hits = tuple(Hit(member=member(n, f"Ana {n}"), in_since=since) for n, since in enumerate((9, 9, None)))
    search = Search(text="ana", hits=hits, rows=2)
    assert (search.opened(leaving=False).chosen, search.opened(leaving=False).seen) == (2, range(1, 3))
    assert search.opened(leaving=True).chosen == 0
    assert Search(text="ana", hits=hits[:2]).opened(leaving=False).chosen == 0


def test_namesakes_are_told_apart_by_what_they_know_of_themselves() -> None:
    told = told_apart(
        [
            member(1, "John Smith", birth_date="1988-05-04", phone="+41 79 111 00 05"),
            member(2, "JOHN SMITH", birth_date="1970-12-24", notes="tall"),
            member(3, "John Smith", birth_date="no day", phone="079 222 12 34"),
            member(4, "John Smith", notes="the\none with the dog"),
            member(5, "John Smith"),
            member(6, "Ana Silva", birth_date="1988-05-04"),
        ]
    )
    assert told == {
        "m1": "b. 4 May 1988",
        "m2": "b. 24 Dec 1970",
        "m3": "phone …1234",
        "m4": "the one with the dog",
        "m5": "",
    }
    twins = [
        member(n, "Jo Ott", birth_date="1990-01-02", phone=phone) for n, phone in enumerate(("044 11 22", "05 33"))
    ]
    assert list(told_apart(twins).values()) == ["phone …1122", "phone …0533"]


def test_the_stay_is_in_words() -> None:
    assert [stay_text(m) for m in (None, 43.4, 60, 72)] == ["–", "43 min", "1 h 00 min", "1 h 12 min"]


def test_the_verdicts_differ_in_sixteen_colours() -> None:
    names = [SLATE.success, SLATE.warning, SLATE.error, SLATE.accent, SLATE.foreground]
    names += [SLATE.variables["caution"], SLATE.variables["notice"]]
    assert None not in names
    colours = {Color.parse(str(name)).downgrade(ColorSystem.STANDARD).number for name in names}
    assert len(colours) == len(names)
