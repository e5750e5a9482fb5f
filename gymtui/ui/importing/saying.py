"""How an import ended that did not come to its end, in the words of a verdict: what it was, and what to do."""

from __future__ import annotations

from gymtui.printable import printable
from gymtui.protocol import ImportProgress


def in_two(subject: str, sentence: str) -> tuple[str, str | None]:
    """A sentence behind its subject, and what it says to do, which is behind its colon."""
    detail, _, step = printable(sentence).removeprefix(f"{subject} ").rstrip(".").partition(": ")
    return detail[:1].lower() + detail[1:], step or None


def of_stopped(taken: ImportProgress | None, sentence: str, undo: str, *, is_undo: bool) -> tuple[str, str]:
    """What ended it, and how far the gym had come: `taken` is None where that had not begun. `undo` is the key."""
    why, _ = in_two("", sentence)
    if taken is None:
        return f"{why}, and nothing was done", "try again once it is back"
    goes_on = f"{undo} goes on with it" if is_undo else f"look again for the rest; {undo} takes it back"
    return f"{taken.behind:,} of {taken.of:,} are done, {why}", goes_on
