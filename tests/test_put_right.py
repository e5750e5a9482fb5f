"""What Ctrl+Z says of what it does not take back."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from gymtui.client.state import CommandKind, Verdict
from gymtui.ui.put_right import put_right
from tests.factories import NOW


@pytest.mark.parametrize(
    ("action", "what"),
    [
        ("check_in", None),
        ("check_out", None),
        ("undo", None),
        ("save_member", "change"),
        ("save_card", "card"),
        ("roll_call", "roll-call"),
        ("hand_over", "handover"),
    ],
)
def test_only_visits_are_taken_back(action: CommandKind, what: str | None) -> None:
    done = Verdict(kind="done", subject="Ana Silva", command_id="k1", at=NOW, action=action)
    said = put_right(done, NOW)
    assert (said and said.detail) == (what and f"a {what} cannot be taken back")
    assert put_right(replace(done, kind="refused"), NOW) is None


def test_a_correction_is_corrected_again() -> None:
    told = Verdict(kind="done", subject="Ana Silva", command_id="", at=NOW, next_command="correct")
    said = put_right(told, NOW)
    assert said is not None
    assert (said.detail, said.next_step) == ("a correction cannot be taken back", "F2 corrects it again")
