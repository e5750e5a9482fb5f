"""What `python -m tests.bench` says of what it has measured, and that each part of it measures."""

from __future__ import annotations

import asyncio
import json
import math
from io import StringIO
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from tests.bench import __main__ as command
from tests.bench import connections, growth_journal, growth_load, growth_members, search
from tests.bench.effort import Effort
from tests.bench.figures import Figure, Machine, Run, figures, percentile
from tests.bench.lines import ANSWERS, MARK, Line, Subscriber, answered
from tests.bench.tables import comparison, short

LEAST = Effort(repeats=1, share=0.002)
MACHINE = Machine(
    date="2026-11-28", processor="any", cores=2, python="3.11", versions={"x": "1"}, load_before=0.5, load_after=0.6
)

BY_HAND = {"desk", "operators", "screens", "start-up"}  # what waits for a desk that waits for a busy machine
CURVES = (
    (connections, "MANY", 1000),
    (growth_load, "SUBSCRIBERS", 1000),
    (growth_load, "RATES", 1000),
    (growth_members, "AT_A_SERVER", 10_000),
    (growth_members, "AT_A_DESK", 10_000),
    (growth_journal, "ROWS", 10_000),
    (search, "MANY", 10_000),
)
"""Of a curve, one point."""


def figure(*values: float, what: str = "a check-in", more: bool = False) -> Figure:
    return Figure(what=what, unit="CPU µs", values=values, more=more)


def run(*found: Figure) -> Run:
    return Run(machine=MACHINE, parts={"commands": found})


def test_the_repeats_of_a_figure_stand_side_by_side() -> None:
    [cost, count] = figures([{("a", "ms"): 3.0, ("b", "a second"): 1.0}, {("a", "ms"): 1.0}], more=["a second"])
    assert (cost.values, cost.median, cost.spread, cost.more) == ((3.0, 1.0), 2.0, (1.0, 3.0), False)
    assert (count.values, count.more) == ((1.0,), True)


def test_one_in_a_hundred_may_wait_longer() -> None:
    assert percentile([1.0] * 99 + [9.0], 99) == 1.0
    assert percentile([1.0] * 98 + [9.0] * 2, 99) == 9.0
    assert math.isnan(percentile([], 50))


@pytest.mark.parametrize(
    ("now", "before", "ratio", "judged"),
    [
        (figure(10, 11, 12), figure(10, 11, 12), 1.0, ""),
        (figure(13, 14, 15), figure(6, 7, 12), 2.0, "worse"),
        (figure(12, 14, 15), figure(6, 7, 12), 2.0, ""),  # one repeat of each is as large
        (figure(3, 4, 5), figure(6, 8, 12), 0.5, "better"),
        (figure(3, 4, 5, more=True), figure(6, 8, 12, more=True), 0.5, "worse"),
        (figure(14.0), figure(7, 7, 7), 2.0, ""),  # a repeat alone has no spread
    ],
)
def test_only_what_is_beyond_all_repeats_is_better_or_worse(
    now: Figure, before: Figure, ratio: float, judged: str
) -> None:
    assert now.against(before) == (ratio, judged)


def test_what_both_have_measured_is_compared() -> None:
    now, earlier = run(figure(30, 31), figure(1.0, what="new")), run(figure(10, 11), figure(1.0, what="gone"))
    [table] = comparison(now, earlier)
    Console(width=100, file=(written := StringIO())).print(table)
    [row] = [line.split() for line in written.getvalue().splitlines() if "CPU" in line]
    assert row == ["a", "check-in", "30.5", "10.5", "2.90", "CPU", "µs", "worse"]


@pytest.mark.parametrize(
    ("value", "said"), [(0.00123, "0.00123"), (1.5, "1.5"), (17.26, "17.3"), (165.4, "165"), (12345.6, "12,346")]
)
def test_three_digits_count(value: float, said: str) -> None:
    assert short(value) == said


async def _one(folder: Path, effort: Effort) -> list[Figure]:
    return [figure(float(effort.repeats), 2.0)]


async def _none(folder: Path, effort: Effort) -> list[Figure]:
    raise ValueError("no gym")


def test_a_run_is_kept_and_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "PARTS", {"one": _one})
    assert command.main(["--quick", "--json", "-"]) == 0
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert told["parts"] == {"one": [{"what": "a check-in", "unit": "CPU µs", "values": [1.0, 2.0], "more": False}]}
    assert {"date", "cores", "python", "versions", "load_before", "load_after"} <= told["machine"].keys()
    assert "a check-in" in err
    (tmp_path / "earlier.json").write_text(out)
    assert msgspec.json.decode(out, type=Run).parts["one"][0].median == 1.5
    assert command.main(["one", "--compare", str(tmp_path / "earlier.json")]) == 0
    assert "ratio" in capsys.readouterr().out


def test_a_part_that_cannot_be_measured_is_said_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "PARTS", {"none": _none, "one": _one})
    assert command.main([]) == 1
    out, _ = capsys.readouterr()
    assert "none could not be measured: ValueError: no gym" in out
    assert "a check-in" in out


@pytest.mark.parametrize("size", [1, 7, 15, 16, 1000])
async def test_an_event_counts_once_however_it_is_cut(size: int) -> None:
    subscriber = Subscriber(b"")
    subscriber.open.set_result(None)
    bytes_of_them = (b"x" * 30 + MARK + b"y" + MARK) * 20
    for at in range(0, len(bytes_of_them), size):
        part = bytes_of_them[at : at + size]
        subscriber.get_buffer(-1)[: len(part)] = part
        subscriber.buffer_updated(len(part))
    assert subscriber.events == 40


async def test_whoever_waits_for_an_answer_hears_that_the_server_hung_up() -> None:
    line = Line(b"", ANSWERS)
    line.due[b"b0000001"] = 0.0
    waiting = asyncio.create_task(answered(line))
    await asyncio.sleep(0)
    line.connection_lost(None)
    with pytest.raises(ConnectionError, match="1 had no answer"):
        await waiting


@pytest.mark.slow
@pytest.mark.parametrize("part", sorted(command.PARTS.keys() - BY_HAND))
async def test_each_part_measures(part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module, curve, point in CURVES:
        monkeypatch.setattr(module, curve, (point,))
    found = await command.PARTS[part](tmp_path, LEAST)
    assert found
    assert all(each.values and all(map(math.isfinite, each.values)) for each in found)
