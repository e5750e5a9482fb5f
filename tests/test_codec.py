"""Messages to bytes and back: every message, and frames of events."""

from __future__ import annotations

import json
from typing import Any, get_args

import msgspec
import pytest
from msgspec import Raw, Struct

from gymtui import codec
from gymtui.codec import Frame, Unreadable, read_frame, read_request
from gymtui.protocol import (
    ERROR_CODES,
    EVENTS,
    REQUESTS,
    SERVER_MESSAGES,
    CheckInEvent,
    Crowding,
    ErrorBody,
    Members,
    Ping,
    Policy,
    Pong,
    Reply,
    Request,
    ServerMessage,
)
from tests.codec_kit import GYM, REQUEST_EXAMPLES, SERVER_EXAMPLES, STATS, TIME, as_batch, event, note, person


def plain(message: Struct) -> object:
    """Without the identity that `Raw` has."""
    return json.loads(codec.encode(message))


def test_there_is_an_example_of_every_message() -> None:
    assert {type(r).type for r in REQUEST_EXAMPLES} == set(REQUESTS)
    assert {type(m).type for m in SERVER_EXAMPLES} == set(SERVER_MESSAGES) - {"batch"}


@pytest.mark.parametrize("request_", REQUEST_EXAMPLES, ids=lambda r: r.type)
@pytest.mark.parametrize("id", [None, "x", "ü" * 64])
def test_a_request_comes_back_as_it_was(request_: Request, id: str | None) -> None:
    assert read_request(codec.message(request_, id)) == (request_, id)


@pytest.mark.parametrize("message", SERVER_EXAMPLES, ids=lambda m: m.type)
def test_a_message_of_the_server_comes_back_as_it_was(message: ServerMessage) -> None:
    frame = read_frame(codec.message(message, "id"))
    assert frame.id == "id"
    assert isinstance(frame.message, type(message))
    assert plain(frame.message) == plain(message)


@pytest.mark.parametrize("message", [*REQUEST_EXAMPLES, *SERVER_EXAMPLES], ids=lambda m: m.type)
def test_what_is_written_is_compact_json_of_type_and_payload(message: Any) -> None:
    written = codec.message(message, "1")
    decoded = json.loads(written)
    assert list(decoded) == ["type", "payload", "id"]
    assert json.dumps(decoded, separators=(",", ":"), ensure_ascii=False).encode() == written


def test_a_check_in_has_its_fields_in_the_order_of_the_wire() -> None:
    fields = "id member check_in_time check_out_time status location by desk flags command_id seq".split()
    assert list(json.loads(codec.encode(event(1)))) == fields
    assert list(json.loads(codec.encode(msgspec.structs.replace(event(1), visits_left=0))))[-2:] == [
        "visits_left",
        "seq",
    ]


@pytest.mark.parametrize("sent", ["1", '"x"', "null", '{"a":[1.50,1e3]}', "123456789012345678901234567890"])
def test_what_a_ping_brings_comes_back_as_it_was(sent: str) -> None:
    ping, _ = read_request(f'{{"type":"ping","payload":{{"sent_at":{sent}}}}}')
    assert isinstance(ping, Ping)
    assert codec.message(Pong(server_time=TIME, sent_at=ping.sent_at)).endswith(f'"sent_at":{sent}}}}}'.encode())


def test_a_good_reply_carries_its_result() -> None:
    frame = read_frame(codec.reply('"1"', codec.encode(event(1))))
    assert isinstance(frame.message, Reply)
    assert (frame.id, frame.message.ok) == ('"1"', True)
    assert codec.convert(frame.message.result, CheckInEvent) == event(1)


def test_a_bad_reply_is_an_error_where_there_was_no_id() -> None:
    error = ErrorBody(code="invalid", message="No.", retryable=False)
    assert read_frame(codec.refuse(None, error)).message == error
    answered = read_frame(codec.refuse("1", error))
    assert isinstance(answered.message, Reply)
    assert (answered.id, answered.message.ok, answered.message.error) == ("1", False, error)


def test_a_result_that_is_not_what_it_should_be() -> None:
    with pytest.raises(Unreadable, match="The reply cannot be read"):
        codec.convert(Raw(b'{"members":[1]}'), Members)


def test_a_batch_is_handed_on_in_the_order_of_the_journal() -> None:
    frame = read_frame(as_batch(event(1), event(5), person(2), note(3), GYM, STATS))
    assert [e.seq for e in frame.events] == [1, 2, 3, 4, 5]
    assert (frame.prev_seq, frame.seq, frame.stats, frame.message, frame.failures) == (0, 5, STATS, None, ())
    assert frame.events[1] == person(2)


def test_a_batch_of_one_and_a_lone_event_are_the_same() -> None:
    lone = b'{"type":"check_in_update","payload":' + codec.encode(event(5)) + b',"prev_seq":0,"seq":5}'
    assert read_frame(lone) == read_frame(as_batch(event(5)))


def test_a_batch_of_counters_alone() -> None:
    frame = read_frame(codec.batch({"stats": [codec.encode(STATS)]}, 5, 5))
    assert frame == Frame(stats=STATS, prev_seq=5, seq=5)


def test_a_batch_that_another_server_writes_otherwise_is_the_same() -> None:
    ours = as_batch(event(2), note(3), person(1), STATS)
    fields = json.loads(ours)
    assert next(iter(fields)) == "type"
    theirs = json.dumps({name: fields[name] for name in reversed(fields)}, indent=2)
    assert read_frame(theirs) == read_frame(theirs.encode()) == read_frame(ours)
    assert [e.seq for e in read_frame(ours).events] == [1, 2, 3]


def test_a_batch_is_text_also_where_nobody_reads_it() -> None:
    with pytest.raises(Unreadable, match="This is no message"):
        read_frame(as_batch(event(1), towel=[b'"\xff"']))
    with pytest.raises(Unreadable, match="This is no message"):
        read_frame(as_batch(check_in_update=[codec.encode(event(1))[:-1] + b',"towel":"\xff"}']))


def test_of_many_counters_the_newest_counts() -> None:
    newer = msgspec.structs.replace(STATS, currently_in=4)
    assert read_frame(as_batch(STATS, newer)).stats == newer
    assert read_frame(as_batch(STATS, newer, notification=[b"7"])).stats == newer


def test_a_payload_that_cannot_be_read_harms_no_neighbour() -> None:
    frame = read_frame(as_batch(event(1), person(2), notification=[b'{"seq":3}', codec.encode(note(4)), b"null"]))
    assert [e.seq for e in frame.events] == [1, 2, 4]
    assert [f.code for f in frame.failures] == ["invalid", "invalid"]
    assert "`notification` cannot be read" in str(frame.failures[0])
    assert (frame.prev_seq, frame.seq) == (0, 5)


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**400], ids=["high", "low", "long"])
def test_a_number_that_no_database_can_keep_harms_no_neighbour(number: int) -> None:
    bad = msgspec.structs.replace(person(2), visits_left=number)
    frame = read_frame(as_batch(event(1), note(3), member_update=[json.dumps(plain(bad)).encode()]))
    assert [e.seq for e in frame.events] == [1, 3]
    assert len(frame.failures) == 1
    with pytest.raises(Unreadable, match="in `seq`"):
        read_frame(f'{{"type":"batch","payload":{{"batches":{{}}}},"prev_seq":0,"seq":{number}}}')


def test_types_of_a_later_server_are_left_out() -> None:
    assert [e.seq for e in read_frame(as_batch(event(1), towel=[b'{"seq":2}'])).events] == [1]
    assert [e.seq for e in read_frame(as_batch(event(1), towel=[b"{}"], refusal=[b"{}"])).events] == [1]


@pytest.mark.parametrize("payload", ["{}", "7", '{"batches":[]}', '{"batches":{"refusal":{}}}'])
def test_a_batch_that_is_none_still_covers_its_rows(payload: str) -> None:
    frame = read_frame(f'{{"type":"batch","payload":{payload},"prev_seq":3,"seq":5}}')
    assert (frame.events, frame.prev_seq, frame.seq, len(frame.failures)) == ((), 3, 5, 1)


def test_a_lone_event_that_cannot_be_read_still_covers_its_row() -> None:
    frame = read_frame('{"type":"member_update","payload":{"id":7},"prev_seq":4,"seq":5}')
    assert (frame.events, frame.prev_seq, frame.seq, len(frame.failures)) == ((), 4, 5, 1)


def test_other_messages_that_cannot_be_read_are_told() -> None:
    with pytest.raises(Unreadable, match="`pong` cannot be read") as caught:
        read_frame('{"type":"pong","payload":{},"id":"7"}')
    assert caught.value.id == "7"
    with pytest.raises(Unreadable, match="There is no message 'towel'"):
        read_frame('{"type":"towel"}')


def test_every_code_of_the_rules_is_a_code_of_the_wire() -> None:
    rules = {rule.name for rule in msgspec.structs.fields(Policy) if rule.default in get_args(Crowding)}
    assert rules < ERROR_CODES
    assert set(EVENTS) < set(SERVER_MESSAGES)
