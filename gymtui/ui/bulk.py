"""Several commands given at once: one verdict on all of them, said again with each answer. Pure, step by step."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from gymtui.client.state import Verdict, VerdictKind

NAMED: Final = 2  # of those who were refused; how many more is said


class Bulk(Struct, frozen=True):
    """The newest verdict on each of them, in the order in which they were given; there is one at least."""

    verdicts: tuple[Verdict, ...]

    def after(self, verdict: Verdict) -> Bulk | None:
        """The same an answer later; None where the answer is to none of them."""
        if all(known.command_id != verdict.command_id for known in self.verdicts):
            return None
        return Bulk(tuple(verdict if known.command_id == verdict.command_id else known for known in self.verdicts))

    @property
    def verdict(self) -> Verdict:
        """What became of all: who was refused, by name, and how many were not; it has the id of the last command."""
        refused, id = self._of("refused"), self.verdicts[-1].command_id
        if refused:
            subject, detail = _names(refused), f"{refused[0].detail}{self._others(len(refused))}"
            return replace(refused[0], subject=subject, detail=detail, command_id=id)
        *others, said = self._of("queued") or self.verdicts
        return replace(said, subject=f"{said.subject} and {len(others)} more", command_id=id) if others else said

    def _of(self, kind: VerdictKind) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.verdicts if verdict.kind == kind)

    def _others(self, refused: int) -> str:
        others, queued = len(self.verdicts) - refused, len(self._of("queued"))
        parts = [f"{others - queued} checked out" if others > queued else "", f"{queued} queued" if queued else ""]
        return "".join(f"; {part}" for part in parts if part)


def _names(verdicts: tuple[Verdict, ...]) -> str:
    names, more = [verdict.subject for verdict in verdicts[:NAMED]], len(verdicts) - NAMED
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")
