"""Messages to bytes and back."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw, Struct

from gymtui import codec
from gymtui.codec import Frame, Unreadable, read_frame, read_request
from gymtui.protocol import (
    ERROR_CODES,
    EVENTS,
    REQUESTS,
    SERVER_MESSAGES,
    Authenticate,
    AuthResponse,
    CheckIn,
    CheckInEvent,
    CheckOut,
    ClientInfo,
    ConnectionStatus,
    ErrorBody,
    Event,
    GetMember,
    Gym,
    Heartbeat,
    HeartbeatAck,
    ListCheckIns,
    ListConflicts,
    ListPresent,
    Member,
    MemberFields,
    MemberRef,
    Members,
    Notification,
    Notify,
    Ping,
    Policy,
    Pong,
    Refusal,
    Reply,
    Request,
    Resume,
    SaveMember,
    SearchMembers,
    ServerMessage,
    Snapshot,
    Stats,
    SyncMembers,
    Undo,
)

TIME = "2026-11-22T09:00:00.000Z"
REF = MemberRef("m1", "Zoë \x00 O'Neil", "0042")


def event(seq: int) -> CheckInEvent:
    return CheckInEvent(
        id=f"v{seq}", member=REF, check_in_time=TIME, check_out_time=None, status="checked_in", flags=("late",), seq=seq
    )


def person(seq: int) -> Member:
    return Member(id="m1", full_name=REF.full_name, alerts=("knee",), visits_left=0, seq=seq)


def note(seq: int) -> Notification:
    return Notification(id="n1", level="info", title="Sauna", message="closed", at=TIME, seq=seq)


GYM = Gym(name="Gym", timezone="UTC", capacity=None, policy=Policy(waiver_missing="warn"), seq=4)
STATS = Stats(currently_in=3, today_total=9, average_stay_minutes=61.5, capacity=None, as_of_seq=5, as_of=TIME)
REFUSAL = Refusal(
    id="r", member=None, code="banned", reason="no", message="No.", at=TIME, by="ana", desk=None, command_id="c", seq=3
)
REQUEST_EXAMPLES: list[Request] = [
    CheckIn(code="0042", location="Gym", notes="€", occurred_at=TIME, offline=True),
    CheckOut(command_id="c1"),
    Undo(command_id="c1"),
    Notify(level="error", title="Fire", message="", member_id="m1"),
    SearchMembers(text="zo", limit=5),
    GetMember(member_id="m1"),
    ListPresent(),
    SyncMembers(after_seq=2**63 - 1),
    Resume(epoch="e", seq=7, full=True),
    ListCheckIns(from_=TIME, text="ana"),
    ListConflicts(since=TIME, limit=5),
    SaveMember(member=MemberFields(full_name="Guest", guest=True)),
    Heartbeat(),
    Ping(),
    Authenticate(token="t", client=ClientInfo(desk="Front")),
]
SERVER_EXAMPLES: list[ServerMessage] = [
    AuthResponse(success=True, user="ana", role="staff", expires_at=TIME),
    ConnectionStatus(status="connected", session_id="s", protocol=1, server_time=TIME, epoch="e", seq=1, batch_ms=100),
    Pong(server_time=TIME),
    HeartbeatAck(server_time=TIME),
    Reply(ok=False, error=ErrorBody(code="banned", message="No.", retryable=False, details={"reason": "no"})),
    ErrorBody(code="internal", message="Oh.", retryable=True, retry_after_ms=5),
    Snapshot(epoch="e", seq=1, gym=GYM, present=(event(1),), recent=(), stats=STATS, more=False),
    STATS,
    event(1),
    person(2),
    note(3),
    REFUSAL,
    GYM,
]


# --- every message -----------------------------------------------------------------------------------------------


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


def plain(message: Struct) -> object:
    """Without the identity that `Raw` has."""
    return json.loads(codec.encode(message))


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


# --- requests that cannot be read --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "code", "sentence"),
    [
        (b"", "invalid", "This is no message: Input data was truncated."),
        (b"hello", "invalid", "This is no message: JSON is malformed"),
        (b"[1]", "invalid", "This is no message: Expected `object`, got `array`."),
        (b"null", "invalid", "This is no message: Expected `object`, got `null`."),
        (b"\xff\xfe", "invalid", "This is no message"),
        (b'{"payload":{}}', "invalid", "missing required field `type`"),
        (b'{"type":7}', "invalid", "Expected `str`, got `int` in `type`"),
        (b'{"type":"ping"} x', "invalid", "This is no message"),
        (b'{"type":"\xff"}', "invalid", "This is no message"),
        (rb'{"type":"\ud800"}', "invalid", "This is no message"),
        (b'{"type":"fly"}', "unknown_type", "There is no message 'fly' here."),
        (b'{"type":"check_in_update","payload":{}}', "unknown_type", "There is no message 'check_in_update' here."),
        (b'{"type":"check_in","payload":[]}', "invalid", "`check_in` cannot be read: Expected `object`, got `array`."),
        (b'{"type":"check_in","payload":{"code":7}}', "invalid", "Expected `str | null`, got `int` in `code`."),
        (b'{"type":"check_in","payload":{"code":""}}', "invalid", "`str` of length >= 1 in `code`."),
        (b'{"type":"check_in","payload":{"code":"\xff"}}', "invalid", "This is no message"),
        (rb'{"type":"check_in","payload":{"code":"\udc00"}}', "invalid", "This is no message"),
        (b'{"type":"check_in","payload":{"occurred_at":"now"}}', "invalid", "in `occurred_at`."),
        (b'{"type":"resume","payload":{"seq":-1}}', "invalid", "`int` >= 0 in `seq`."),
        (b'{"type":"resume","payload":{"seq":9223372036854775808}}', "invalid", "in `seq`."),
        (b'{"type":"sync_members","payload":{"after_seq":1e400}}', "invalid", "`sync_members` cannot be read"),
        (b'{"type":"search_members","payload":{"text":"a","limit":101}}', "invalid", "`int` <= 100 in `limit`."),
        (b'{"type":"undo"}', "invalid", "missing required field `command_id`"),
        ('{"type":"\ud800"}', "invalid", "This is no message"),
    ],
)
def test_what_cannot_be_read_is_told(data: bytes | str, code: str, sentence: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_request(data)
    assert caught.value.code == code
    assert sentence in str(caught.value)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("where", ["{deep}", '{{"type":{deep}}}', '{{"type":"ping","payload":{{"sent_at":{deep}}}}}'])
def test_deep_nesting_is_unreadable(where: str) -> None:
    data = where.format(deep="[" * 30_000 + "]" * 30_000)
    with pytest.raises(Unreadable):
        read_request(data)
    with pytest.raises(Unreadable):
        read_frame(data)


@pytest.mark.parametrize("id", ["", "x" * 65, "a\nb", "a\x00b", "\x7f", "\u202e", "\ufeff"])
def test_an_id_that_cannot_be_is_not_repeated(id: str) -> None:
    with pytest.raises(Unreadable, match="1 to 64 printable") as caught:
        read_request(json.dumps({"type": "ping", "id": id}))
    assert caught.value.id is None


@pytest.mark.parametrize("data", ['{"type":"fly","id":"7"}', '{"type":"undo","payload":{},"id":"7"}'])
def test_an_unreadable_request_keeps_its_id(data: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_request(data)
    assert caught.value.id == "7"


def test_fields_that_nobody_knows_are_ignored() -> None:
    assert read_request('{"v":2,"type":"undo","payload":{"command_id":"c","why":{}},"id":"1"}') == (
        Undo(command_id="c"),
        "1",
    )


def test_of_a_key_that_is_there_twice_the_last_counts() -> None:
    data = '{"type":"ping","type":"undo","payload":{"command_id":"a","command_id":"b"},"id":"1","id":"2"}'
    assert read_request(data) == (Undo(command_id="b"), "2")


@given(
    st.binary() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(lambda v: json.dumps(v).encode())
)
def test_no_bytes_do_any_harm(data: bytes) -> None:
    for read in (read_request, read_frame):
        with pytest.raises(Unreadable):
            read(data)


@given(
    st.sampled_from(sorted(REQUESTS)),
    st.dictionaries(st.sampled_from(["code", "seq", "text", "token", "limit"]), st.integers() | st.text() | st.none()),
)
def test_a_request_is_read_or_unreadable(name: str, payload: dict[str, object]) -> None:
    data = json.dumps({"type": name, "payload": payload, "id": "1"})
    with suppress(Unreadable):
        request, id = read_request(data)
        assert (request.type, id) == (name, "1")


# --- frames of events --------------------------------------------------------------------------------------------


def as_batch(*events: Event | Stats, **more: list[bytes]) -> bytes:
    lists: dict[str, list[bytes]] = {}
    for item in events:
        lists.setdefault(item.type, []).append(codec.encode(item))
    return codec.batch(lists | more, 0, 5)


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
    rules = {rule.name for rule in msgspec.structs.fields(Policy) if rule.default is not None}
    assert rules < ERROR_CODES
    assert set(EVENTS) < set(SERVER_MESSAGES)
