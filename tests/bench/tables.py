"""Runs as tables for a person."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.table import Table

from tests.bench.figures import Figure, Machine, Run, matched


def told(machine: Machine) -> str:
    """A machine in a sentence."""
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    return (
        f"{machine.date}: {machine.processor}, {machine.cores} cores, load {machine.load_before:.1f} before and "
        f"{machine.load_after:.1f} after; CPython {machine.python}, {versions}"
    )


def part_table(part: str, found: list[Figure]) -> Table:
    """What one part has measured."""
    table = _table(part, "what", "median", "least - most", "unit")
    for each in found:
        low, high = each.spread
        table.add_row(each.what, short(each.median), f"{short(low)} - {short(high)}", each.unit)
    return table


def comparison(now: Run, earlier: Run) -> Iterator[Table]:
    """What both have measured, and how many times the earlier figure it is now."""
    tables: dict[str, Table] = {}
    for part, each, before in matched(now, earlier):
        table = tables.setdefault(part, _table(part, "what", "now", "before", "ratio", "unit", ""))
        ratio, judged = each.against(before)
        table.add_row(each.what, short(each.median), short(before.median), f"{ratio:.2f}", each.unit, judged)
    yield from tables.values()


def short(value: float) -> str:
    """Three digits that count, and no fewer than there are before the point."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for heading in headings:
        table.add_column(heading, justify="left" if heading in {"what", "unit", ""} else "right")
    return table
