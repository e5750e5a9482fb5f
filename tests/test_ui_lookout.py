"""How connections stand in words, what rings, and until when."""

from __future__ import annotations

from datetime import UTC

import pytest
from msgspec.structs import replace
from textual.style import Style

from gymtui.protocol import Connections
from gymtui.ui.lookout import Alarm, Bell, sized, standings
from gymtui.ui.traffic import Traffic
from gymtui.ui.widgets.connection_list import line_of
from tests.factories import GYM, NOW, refusal, visit
from tests.played_connections import client, connected

MINUTE = 60_000


def words(seen: Connections, **gym: object) -> list[tuple[str, str, str]]:
    return [(one.look, one.desk, one.words) for one in standings(seen, replace(GYM, **gym), UTC)]


def test_the_worst_stand_first_each_with_its_reason() -> None:
    assert words(connected()) == [
        ("error", "desk 2", "not heard for 19 s"),
        ("error", "side door", "missing since 16:02"),
        ("warning", "office", "slow line, 1,340 ms"),
        ("good", "desk 1", "live 11 ms"),
        ("good", "operator", "live 12 ms"),
        ("good", "pool", "live 13 ms, 7 reconnects"),
        ("quiet", "kiosk", "left 14:49"),
    ]


def test_nobody_misses_a_desk_of_a_gym_that_is_shut() -> None:
    shut = replace(GYM.policy, exceptions={"2026-11-18": "closed"})
    assert ("quiet", "side door", "away since 16:02") in words(connected(), policy=shut)


def test_of_several_servers_each_connection_has_its_own() -> None:
    there = replace(client("desk 9", "ida", "staff", 12), server="b:80")
    [one] = standings(replace(connected(), connections=(there,), absent=()), None, UTC)
    assert ("server", "b:80") in one.fields
    assert "b:80" in line_of(one, 120, lambda _: Style()).plain
    alone = replace(one, server="")
    assert "server" not in dict(alone.fields)
    assert alone.address in line_of(alone, 92, lambda _: Style()).plain


def test_who_takes_nothing_is_behind() -> None:
    stuck = replace(client("desk 9", "ida", "staff", 12), waiting=70_000, behind=1204)
    assert words(replace(connected(), connections=(stuck,), absent=())) == [
        ("error", "desk 9", "takes nothing: 1,204 rows behind")
    ]
    just_sent = replace(stuck, behind=0)
    assert words(replace(connected(), connections=(just_sent,), absent=())) == [("good", "desk 9", "live 12 ms")]


def test_what_rang_stays_until_it_was_seen_and_rings_again_once_it_was_over() -> None:
    bell, full = Bell(), Alarm("full", "the gym is full")
    assert bell.hear([full])
    assert not bell.hear([full])
    assert not bell.hear([])
    assert list(bell.sentences) == ["the gym is full; over"]
    assert not bell.hear([full])  # nobody has seen the first one yet
    bell.seen()
    assert list(bell.sentences) == []
    assert not bell.hear([full])
    assert list(bell.sentences) == []
    assert not bell.hear([])
    assert bell.hear([full])
    assert list(bell.sentences) == ["the gym is full"]


def test_the_newest_stands_first_with_its_newest_words() -> None:
    bell = Bell()
    bell.hear([Alarm("a", "a for 16 s")])
    assert bell.hear([Alarm("a", "a for 18 s"), Alarm("b", "b")])
    assert list(bell.sentences) == ["b", "a for 18 s"]


def test_refusals_of_the_last_minute_are_counted() -> None:
    traffic = Traffic(NOW)
    traffic.came([refusal(1, "A"), refusal(2, "B")], NOW, since=0, offset=0)
    traffic.came([refusal(3, "C")], NOW + 30_000, since=0, offset=0)
    assert traffic.figures(NOW + 59_999).refused_lately == 3
    assert traffic.figures(NOW + 60_000).refused_lately == 1


def test_what_waited_while_this_program_stood_still_is_no_delay_of_the_gym() -> None:
    traffic = Traffic(NOW)
    traffic.figures(NOW)
    traffic.came([visit(1, "A")], NOW + 60_000, since=0, offset=0)  # it happened at NOW, while nobody looked
    assert traffic.figures(NOW + 60_000).delay is None


@pytest.mark.parametrize(
    ("bytes", "text"), [(640, "0.6 kB"), (64_000, "64 kB"), (1_240_000_000, "1.2 GB"), (3 * 10**12, "3.0 TB")]
)
def test_sizes_are_read_at_a_glance(bytes: int, text: str) -> None:
    assert sized(bytes) == text
