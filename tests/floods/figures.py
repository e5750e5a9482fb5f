"""What was measured of one flood, against what is promised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from tests.floods.honest import CHECK_IN, KNOWN, REVOKED, Waits
from tests.floods.pouring import Answers, Flood, Numbers

LOGIN_WITHIN: Final = 1.0  # seconds, of 99 in a hundred
SLOWER: Final = 2.0  # a check-in than in quiet, of 99 in a hundred
MEMORY: Final = 64.0  # MiB more
REVOKED_WITHIN: Final = 1.0  # seconds, all of them


class Memory(Struct, frozen=True):
    """MiB of the server: at the most before, while all was quiet, then at the most, and a while after."""

    before: float
    most: float
    after: float


class Figures(Struct, frozen=True, kw_only=True):
    """Of one flood."""

    flood: Flood
    numbers: Numbers
    poured: Answers
    quiet: Mapping[str, Waits]
    beside: Mapping[str, Waits]
    memory: Memory
    processor: float  # cores
    said: list[str]

    def verdicts(self) -> dict[str, tuple[str, bool]]:
        """What is promised: the figure, and whether it holds."""
        login, check_in = self.beside[KNOWN].p(99), self.beside[CHECK_IN].p(99)
        quiet, more, revoked = (
            self.quiet[CHECK_IN].p(99),
            self.memory.most - self.memory.before,
            self.beside[REVOKED].p(100),
        )
        wrong = _wrong(self.beside)
        return {
            "a login at a known desk": (f"p99 {login * 1000:.0f} ms, ≤ 1000", login <= LOGIN_WITHIN),
            "a check-in": (
                f"p99 {check_in * 1000:.0f} ms, ≤ 2 x {quiet * 1000:.0f}",
                check_in <= SLOWER * quiet,
            ),
            "memory": (f"+ {more:.0f} MiB, ≤ {MEMORY:.0f}", more <= MEMORY),
            "revoked": (f"at the most {revoked * 1000:.0f} ms, ≤ 1000", revoked <= REVOKED_WITHIN),
            "everybody answered": (", ".join(wrong) or "all", not wrong),
        }

    def lines(self) -> Iterator[str]:
        """For a person."""
        numbers = self.numbers
        yield (
            f"{self.flood.of}: {numbers.rate} a second, {numbers.connections} connections, {numbers.seconds} s "
            f"({self.poured.total():,} answers: {dict(self.poured.most_common(6))})"
        )
        for what, waits in self.beside.items():
            quiet = self.quiet[what]
            yield f"  {what:24} quiet {_ms(quiet)}   beside {_ms(waits)}   {dict(waits.answers)}"
        memory = self.memory
        yield f"  memory {memory.before:.0f} → {memory.most:.0f} → {memory.after:.0f} MiB"
        yield f"  processor {self.processor:.0%} of a core"
        yield from (f"  {line}" for line in self.said)
        for what, (figure, holds) in self.verdicts().items():
            yield f"  {'holds' if holds else 'DOES NOT HOLD'}  {what}: {figure}"

    def record(self, name: str) -> dict[str, Any]:
        """For a program."""
        waits = {
            what: {when: {"p50": each.p(50), "p99": each.p(99), "answers": each.answers} for when, each in both.items()}
            for what in self.beside
            for both in ({"quiet": self.quiet[what], "beside": self.beside[what]},)
        }
        verdicts = {what: {"figure": figure, "holds": holds} for what, (figure, holds) in self.verdicts().items()}
        return {
            "flood": name,
            "numbers": self.numbers,
            "poured": self.poured,
            "seconds": waits,
            "memory": self.memory,
            "verdicts": verdicts,
            "said": self.said,
        }


def _wrong(beside: Mapping[str, Waits]) -> list[str]:
    """Who was told what nobody honest should be."""
    refused = {"membership_expired", "membership_frozen", "banned", "no_visits_left", "already_checked_in"}
    fine = {"200", "ok", "4003"} | refused
    return [
        f"{what}: {answer} ({count})"
        for what, waits in beside.items()
        for answer, count in waits.answers.items()
        if answer not in fine
    ]


def _ms(waits: Waits) -> str:
    return f"p50 {waits.p(50) * 1000:4.0f} p99 {waits.p(99) * 1000:5.0f} ms ({len(waits.seconds)})"
