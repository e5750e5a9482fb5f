"""The newest events, and how many came since somebody stopped to read."""

from __future__ import annotations

from gymtui.ui.tape import KEPT, Tape
from tests.factories import snapshot, visit


def a_tape(seq: int = 2) -> Tape:
    tape = Tape()
    tape.restarted(snapshot(seq, recent=(visit(2), visit(1))))
    return tape


def came(tape: Tape, first: int, last: int) -> None:
    tape.came([visit(seq) for seq in range(first, last + 1)], ("epoch-1", last))


def test_a_pause_counts_what_comes_and_gives_it_back() -> None:
    tape = a_tape()
    assert [event.seq for event in tape.events] == [1, 2]
    tape.pause()
    assert (tape.is_paused, tape.held) == (True, 0)
    came(tape, 3, 5)
    assert tape.held == 3
    new = tape.go_on()
    assert new is not None
    assert [event.seq for event in new] == [3, 4, 5]
    assert (tape.is_paused, tape.held) == (False, 0)


def test_more_than_are_kept_are_counted_all_the_same() -> None:
    tape = a_tape()
    tape.pause()
    came(tape, 3, KEPT + 502)
    assert tape.held == KEPT + 500
    assert tape.go_on() is None
    assert tape.events[0].seq == 503


def test_what_a_snapshot_stands_for_is_counted() -> None:
    tape = a_tape()
    tape.pause()
    came(tape, 3, 4)
    tape.restarted(snapshot(9000, recent=(visit(8999),)))
    assert (tape.is_paused, tape.held) == (True, 8998)
    came(tape, 9001, 9001)
    assert tape.held == 8999
    assert tape.go_on() is None


def test_rows_that_tell_nobody_here_anything_are_counted() -> None:
    tape = a_tape()
    tape.pause()
    tape.came([visit(7)], ("epoch-1", 8))
    assert tape.held == 6


def test_another_journal_ends_a_pause() -> None:
    tape = a_tape()
    tape.pause()
    tape.restarted(snapshot(3, epoch="epoch-2"))
    assert (tape.is_paused, tape.held) == (False, 0)


def test_a_pause_after_a_snapshot_is_whole_again() -> None:
    tape = a_tape()
    tape.pause()
    tape.restarted(snapshot(50))
    tape.go_on()
    tape.pause()
    came(tape, 51, 52)
    assert [event.seq for event in tape.go_on() or ()] == [51, 52]
