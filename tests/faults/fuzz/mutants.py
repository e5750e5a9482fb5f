"""Messages with something wrong in them, the same ones for the same seed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from random import Random
from typing import Final

from gymtui import codec
from gymtui.protocol import EVENTS, CheckIn, CheckOut, Override, Resumed
from tests.codec_kit import REQUEST_EXAMPLES, SERVER_EXAMPLES, STATS, as_batch, event, note, person

OVERRIDE: Final = CheckIn(code="0042", override=Override(reason="Paid at the desk", manager="mia", pin="1234"))
FROM_CLIENTS: Final[tuple[bytes, ...]] = (
    *(codec.message(request, f"id-{n}") for n, request in enumerate([*REQUEST_EXAMPLES, OVERRIDE])),
    *(codec.message(request) for request in (CheckIn(member_id="m1"), CheckOut(code="0042"))),
    # and as two generations of browser clients have them
    b'{"type":"authenticate","data":{"token":"t"}}',
    b'{"type":"check_in","data":{"memberId":"m1","location":"Main","notes":""}}',
    b'{"type":"check_out","data":{"checkInId":"v1","notes":"bye"}}',
    b'{"type":"heartbeat","data":{"timestamp":1763888400000}}',
    b'{"type":"batch","batches":{"check_in":[{"member_id":"m1"},{"memberId":"m2"}],"check_out":[{}],"ping":[{}]}}',
)
FROM_SERVERS: Final[tuple[bytes, ...]] = (
    *(codec.message(message) for message in SERVER_EXAMPLES),
    *(
        codec.message(message)[:-1] + b',"prev_seq":%d,"seq":%d}' % (seq - 1, seq)
        for seq, message in enumerate(SERVER_EXAMPLES, 1)
        if message.type in EVENTS
    ),
    as_batch(event(1), person(2), note(3), event(5), STATS),
    codec.batch({"stats": [codec.encode(STATS)]}, 5, 5),
    codec.reply("id-1", codec.encode(event(1))),
    codec.reply("id-2", codec.encode(Resumed("events"))),
)

TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}:,]|[^\[\]{}:,"]+')
NUMBER: Final = re.compile(rb"-?[0-9]")
PUNCTUATION: Final = frozenset((b"[", b"]", b"{", b"}", b":", b","))
NUMBERS: Final[tuple[bytes, ...]] = (
    *(b"0", b"-1", b"-0", b"1", b"7", b"1.5", b"1e308", b"-1e308", b"1e400", b"NaN", b"-Infinity", b"0x10", b"01"),
    *(b"9223372036854775807", b"9223372036854775808", b"-9223372036854775809", b"1" + b"0" * 30, b"9" * 400),
)
TEXTS: Final[tuple[bytes, ...]] = (
    *(b'""', b'" "', b'"*"', b'"%s{0}"', b'"[bold]x[/]"', b'"\' OR 1=1 --"', b'"../../etc/passwd"', b"'a'", rb'"\x"'),
    *(rb'"\ud800"', rb'"\udc00\ud800"', rb'"\u0000"', rb'"\u202e"', rb'"\u001b[2J"', rb'"\uffff"', rb'"\"\\\n"'),
    *(b'"2026-02-30T25:61:00Z"', b'"0001-01-01T00:00:00+23:59"', b'"9999-12-31T23:59:59.999-23:59"'),
    *(b'"0000-00-00"', b'"99:99-00:00"', b'"1969-12-31T23:59:59.999999999999Z"'),
    *('"ﷺ\u0301"'.encode(), '"İıß"'.encode(), '"👩‍👩‍👧"'.encode(), '"١٢٣"'.encode()),
)
OTHERS: Final[tuple[bytes, ...]] = (
    *(b"null", b"true", b"false", b"{}", b"[]", b"[[],[[]]]", b'{"a":{"a":{}}}', b'{"a":1,"a":2}', b'["a",1,null]'),
)
GIANTS: Final[tuple[bytes, ...]] = (
    b'"' + b"x" * 70_000 + b'"',
    b'"' + "€".encode() * 5_000 + b'"',
    b"9" * 20_000,
    b"[" * 30_000 + b"]" * 30_000,
    b"[" * 900 + b"]" * 900,
    b'{"a":' * 900 + b"1" + b"}" * 900,
    b"[" * 40_000,
    b"[" + b"{}," * 20_000 + b"{}]",
)
BYTES: Final[tuple[bytes, ...]] = (
    *(b"\x00", b"\x07", b"\x1b[2J", b"\x7f", b"\x9b", b"\r\n", b"\\", b'"', b"{", b"]", b",", b":"),
    *(b"\xff", b"\xfe\xff", b"\xc3", b"\xe2\x82", b"\xf0\x9f\x92", b"\xed\xa0\x80", b"\xc0\x80", b"\xef\xbb\xbf"),
)
GIANT: Final = 0.01  # of the strange values
TO_BYTES: Final = 0.12  # of the harm; the rest is done to words


class Mutants:
    """Endless: each is one of `examples` with one to three things done to it."""

    def __init__(self, examples: Sequence[bytes], random: Random) -> None:
        self._random = random
        self._examples = examples
        self._tokens = [TOKEN.findall(example) for example in examples]
        self._keys, self._values = _words(list(chain.from_iterable(self._tokens)))

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return self._harm(list(self._random.choice(self._tokens)))

    def of(self, message: bytes) -> bytes:
        """This one with something wrong in it, whatever is wrong with it already."""
        return self._harm(TOKEN.findall(message))

    def _harm(self, tokens: list[bytes]) -> bytes:
        random = self._random
        times = random.choice((1, 1, 1, 2, 3))
        to_bytes = sum(random.random() < TO_BYTES for _ in range(times))
        for _ in range(times - to_bytes):
            self._harm_word(tokens)
        data = bytearray(b"".join(tokens))
        for _ in range(to_bytes):
            self._harm_bytes(data, random.randrange(len(data) + 1))
        return bytes(data)

    # --- to words, so that what comes of it may well be JSON ----------------------------------------------------------

    def _harm_word(self, tokens: list[bytes]) -> None:
        if not tokens:
            return
        words = [place for place, token in enumerate(tokens) if token not in PUNCTUATION]
        place = self._random.choice(words or [0])
        if tokens[place + 1 : place + 2] == [b":"]:
            self._random.choice((self._rename, self._say_twice, self._leave_out))(tokens, place)
        else:
            self._random.choice((self._replace, self._replace, self._borrow, self._swap, self._nest))(tokens, place)

    def _strange(self, token: bytes) -> bytes:
        """What could stand in a token's place: of its kind more often than not."""
        random = self._random
        if random.random() < GIANT:
            return random.choice(GIANTS)
        like = TEXTS if token.startswith(b'"') else NUMBERS if NUMBER.match(token) else OTHERS
        return random.choice(random.choice((like, like, NUMBERS, TEXTS, OTHERS)))

    def _rename(self, tokens: list[bytes], place: int) -> None:
        tokens[place] = self._random.choice(self._keys)

    def _say_twice(self, tokens: list[bytes], place: int) -> None:
        tokens[place:place] = [tokens[place], b":", self._strange(tokens[min(place + 2, len(tokens) - 1)]), b","]

    def _leave_out(self, tokens: list[bytes], place: int) -> None:
        """A field with one of its commas; of an object in it, only the brace."""
        last = tokens[place + 3 : place + 4] != [b","] and tokens[place - 1] == b","
        del tokens[place - last : place + 4 - last]

    def _replace(self, tokens: list[bytes], place: int) -> None:
        tokens[place] = self._strange(tokens[place])

    def _borrow(self, tokens: list[bytes], place: int) -> None:
        """A value of another message, its type perhaps."""
        tokens[place] = self._random.choice(self._values)

    def _swap(self, tokens: list[bytes], place: int) -> None:
        other = self._random.randrange(len(tokens))
        tokens[place], tokens[other] = tokens[other], tokens[place]

    def _nest(self, tokens: list[bytes], place: int) -> None:
        depth = self._random.choice((1, 1, 2, 30))
        tokens[place] = b"[" * depth + tokens[place] + b"]" * depth

    # --- to bytes -----------------------------------------------------------------------------------------------------

    def _harm_bytes(self, data: bytearray, place: int) -> None:
        random = self._random
        match random.randrange(6):
            case 0:
                data[place : place + 1] = bytes(byte ^ 1 << random.randrange(8) for byte in data[place : place + 1])
            case 1:
                data[place:place] = random.choice(BYTES)
            case 2:
                data[place:place] = random.randbytes(random.randint(1, 8))
            case 3:
                del data[place : place + random.randint(1, 8)]
            case 4:
                del data[place:]
            case _:
                data[place:] = random.choice(self._examples)[place:]  # the rest is another message's


def _words(tokens: Sequence[bytes]) -> tuple[list[bytes], list[bytes]]:
    """The keys and the values among them."""
    keys: list[bytes] = []
    values: list[bytes] = []
    for token, following in pairwise((*tokens, b"")):
        if token not in PUNCTUATION:
            (keys if following == b":" else values).append(token)
    return keys, values
