"""When the writer waits for company, and when it does not."""

from __future__ import annotations

from server.store.commit_pacing import PROBE, WORTH, CommitPacing

GAP = 0.02


def test_after_a_quiet_spell_nobody_waits() -> None:
    pace = CommitPacing(GAP)
    assert pace.rest(100.0) == 0.0
    pace.committed(50, 100.0)
    assert pace.rest(100.0 + GAP) == 0.0


def test_under_load_the_next_commit_waits_for_company() -> None:
    pace = CommitPacing(GAP)
    pace.rest(100.0)
    pace.committed(WORTH, 100.0)
    assert pace.rest(100.005) == 100.0 + GAP - 100.005


def test_where_few_come_nobody_waits_for_them() -> None:
    pace, now, waits = CommitPacing(GAP), 100.0, []
    while now < 101.0:
        rest = pace.rest(now)
        waits.append(rest)
        now += rest + 0.001
        pace.committed(WORTH - 1 if rest else 1, now)
        now += 0.005
    assert sum(wait > 0 for wait in waits) <= 1 / PROBE + 1


def test_one_who_waits_for_each_answer_pays_for_a_try_now_and_then_only() -> None:
    pace, now, waits = CommitPacing(GAP), 100.0, []
    while now < 101.0:
        rest = pace.rest(now)
        waits.append(rest)
        now += rest + 0.001  # the commit
        pace.committed(1, now)
        now += 0.001  # the answer, and the next command
    assert sum(wait > 0 for wait in waits) <= 1 / PROBE + 1
    assert len(waits) > 400


def test_a_wait_that_brings_company_is_kept() -> None:
    pace = CommitPacing(GAP)
    pace.rest(100.0)
    pace.committed(1, 100.0)
    assert pace.rest(100.001) > 0  # a try
    pace.committed(20, 100.02)
    assert pace.rest(100.021) > 0
    pace.committed(20, 100.04)
    assert pace.rest(100.041) > 0
