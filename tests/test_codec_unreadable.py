"""Requests that cannot be read, and how that is said."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gymtui.codec import Unreadable, read_frame, read_request
from gymtui.protocol import (
    REQUESTS,
    Undo,
)


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


@pytest.mark.slow
@given(
    st.binary() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(lambda v: json.dumps(v).encode())
)
def test_no_bytes_do_any_harm(data: bytes) -> None:
    for read in (read_request, read_frame):
        with pytest.raises(Unreadable):
            read(data)


@pytest.mark.slow
@given(
    st.sampled_from(sorted(REQUESTS)),
    st.dictionaries(st.sampled_from(["code", "seq", "text", "token", "limit"]), st.integers() | st.text() | st.none()),
)
def test_a_request_is_read_or_unreadable(name: str, payload: dict[str, object]) -> None:
    data = json.dumps({"type": name, "payload": payload, "id": "1"})
    with suppress(Unreadable):
        request, id = read_request(data)
        assert (request.type, id) == (name, "1")
