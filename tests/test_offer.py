"""What a `:` and a name come to, for every command that there is."""

from __future__ import annotations

from typing import Final

import pytest

from gymtui.keys import COMMANDS
from gymtui.ui.box.offer import Option, offer

EVERY: Final = tuple(
    Option(command.name, "", command.what, command.called[1:], command.takes_words)
    for command in COMMANDS.values()
    if command.typed
)


@pytest.mark.parametrize("name", [option.name for option in EVERY])
def test_a_commands_own_name_gives_it_whatever_others_are_called(name: str) -> None:
    chosen = offer(f":{name}", EVERY).pick
    assert chosen is not None
    assert chosen.name == name


def test_what_two_are_called_besides_is_left_to_a_person() -> None:
    both = (Option("ring", "", "rings", also=("call",)), Option("phone", "", "dials", also=("call",)))
    assert offer(":call", both).pick is None


def test_words_go_to_the_command_of_that_name_before_one_that_others_call_so() -> None:
    history = Option("history", "F2", "", ("visits",), takes_words=True)
    visits = Option("visits", "", "", takes_words=True)
    assert offer(":visits 10", [history, visits]).options == (visits,)
    assert offer(":visits 10", [history]).options == (history,)
