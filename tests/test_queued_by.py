"""Who has queued what another person sends: that is believed of the desk at which both have had a login."""

from __future__ import annotations

from typing import get_args

import pytest
from msgspec.structs import replace

from gymtui import clock
from gymtui.names import people
from gymtui.protocol import CheckIn, CheckOut, Command, MemberFields, Override, SaveCard, SaveMember, Undo
from server.gym.orders import Order
from tests.codec_kit import REQUEST_EXAMPLES
from tests.commands_kit import till
from tests.gym_kit import add_user, stored
from tests.till import FRONT, Till

__all__ = ["till"]

QUEUED = CheckIn(code="1", queued_by="ana")
ELSEWHERE = pytest.mark.parametrize("device", [None, b"another desk"], ids=["no desk", "another desk"])


def test_whoever_queued_a_command_and_whoever_sent_it_stand_beside_it(till: Till) -> None:
    assert till.done(QUEUED, id="mine", user="ben").by == "ana, sent by ben"
    assert till.done(QUEUED, id="mine", user="ana").by == "ana, sent by ben"  # the answer to ben's was lost: the same
    assert till.done(QUEUED, id="mine", user="mia").command_id == "mine"
    assert till.done(CheckOut(code="1", queued_by="ana"), user="ana").by == "ana"
    refused = till.refused(CheckIn(code="3", queued_by="ana"), id="no", user="ben")
    assert till.refused(CheckIn(code="3", queued_by="ana"), id="no", user="mia") == refused


@ELSEWHERE
def test_who_names_somebody_who_never_had_a_login_there_has_done_it(till: Till, device: bytes | None) -> None:
    came = till.done(QUEUED, user="ben", device=device)
    assert (came.by, people(came.by)) == ("ben, who names ana", ["ben"])
    assert till.done(CheckOut(code="1", queued_by="ben"), user="ben", device=device).by == "ben"
    refused = till.refused(CheckIn(code="3", queued_by="mia"), user="ben", device=device)
    assert refused.code == "membership_expired"  # by the rules for ben


def test_it_reads_differently_from_an_override(till: Till) -> None:
    override = Override(reason="her father waits", manager="mia")
    came = till.done(CheckIn(code="3", queued_by="ana", override=override), user="ben", device=None)
    assert (came.by, people(came.by)) == ("ben, who names ana + mia", ["ben", "mia"])


def test_a_card_has_been_given_out_by_whoever_did_it(till: Till) -> None:
    zoe = stored(till.store, "1").id
    for code, device in (("B-1", FRONT), ("B-2", None)):
        done = till.give(SaveCard(member_id=zoe, code=code, queued_by="ana"), user="ben", device=device)
        assert done.error is None
    cards = stored(till.store, "1").cards
    assert cards
    assert [card.by for card in cards if card.code in ("B-1", "B-2")] == ["ana, sent by ben", "ben, who names ana"]


@ELSEWHERE
def test_nobody_gets_the_answer_of_another_desk(till: Till, device: bytes | None) -> None:
    """With its id, its words and its user's name: whoever reads the journal knows them."""
    first = till.give(QUEUED, id="hers", user="ana")
    assert till.refused(QUEUED, id="hers", user="ben", device=device).code == "id_reused"
    assert till.give(QUEUED, id="hers", user="ana", device=device) == replace(first, duplicate=True)
    assert till.give(QUEUED, id="hers", user="ben") == replace(first, duplicate=True)


def test_nor_of_somebody_who_was_somewhere_else(till: Till) -> None:
    """Also where the one who is named in it has had a login here."""
    till.give(QUEUED, id="c", user="ben", device=b"another desk")
    add_user(till.store, "otto", "staff")
    till.store.write([lambda tx: tx.put_device(b"otto's", "otto"), lambda tx: tx.put_device(b"otto's", "ana")])
    assert till.refused(QUEUED, id="c", user="mia", device=b"otto's").code == "id_reused"


def test_each_command_that_can_say_who_queued_it_is_read_so() -> None:
    can = {kind for kind in get_args(Command) if "queued_by" in kind.__struct_fields__}
    examples = {type(one): one for one in REQUEST_EXAMPLES if type(one) in can}
    assert examples.keys() == can
    for payload in examples.values():
        assert isinstance(payload, Command)
        named = replace(payload, queued_by="ana")
        order = Order(id="c", payload=named, user="ben", role="manager", desk="Front")
        assert (order.queued_by, order.by) == ("ana", "ben, who names ana"), payload


def test_nobody_queues_in_the_name_of_nobody(till: Till) -> None:
    zoe = stored(till.store, "1").id
    for payload in (
        CheckIn(code="1"),
        CheckOut(code="1"),
        SaveMember(member=MemberFields(full_name="Eve Guest", guest=True)),
        SaveCard(member_id=zoe, code="B-1"),
    ):
        before = till.seq
        assert till.refused(replace(payload, queued_by="nobody at all")).code == "invalid"
        assert till.seq == before


def test_what_has_happened_is_recorded_whoever_the_server_knows(till: Till) -> None:
    """A backup may be older than the user who queued it, and proves nothing then."""
    at = clock.to_text(till.now)
    came = till.done(CheckIn(code="1", queued_by="zoe", occurred_at=at, offline=True), id="came")
    assert came.by == "ana, who names zoe"
    left = till.done(CheckOut(code="1", queued_by="zoe", occurred_at=at), id="left")
    assert left.by == "ana, who names zoe"
    assert till.done(Undo(command_id="left", queued_by="zoe")).by == "ana, who names zoe"
    assert till.refused(CheckOut(code="1", queued_by="zoe")).code == "invalid"


def test_a_name_in_queued_by_undoes_nothing_of_that_user(till: Till) -> None:
    till.check_in(id="hers", user="ana")
    assert till.refused(Undo(command_id="hers", queued_by="ana"), user="ben").code == "not_allowed"
