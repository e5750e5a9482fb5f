"""What may be told of a code that nobody here has: it may be a PIN or a password, typed where a card is expected.

Never its text. Its `digest` tells that two of them are the same: what a desk makes goes to the server and no further,
and the journal has that sealed with a key that is in the gym's database alone. So whoever hears of a refusal (a desk, a
`tail`) cannot try out all PINs against it. Whoever has the database file, or a copy of it, can: four digits are found
at once, a long password is not.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from msgspec.structs import replace

from gymtui.cards.aim import split
from gymtui.cards.frame import framed
from gymtui.cards.keys import bare
from gymtui.protocol import UnknownCard

LONG: Final = 8  # characters from which the last four are not half of it
LAST: Final = 4


def unknown_card(code: str, key: bytes = b"") -> UnknownCard:
    """As a desk tells its server of the code; with a `key` that is written down nowhere, where it waits on a disk."""
    last = code[-LAST:]
    hint = last if len(code) >= LONG and last.isascii() and last.isdigit() else ""
    return UnknownCard(digest=blake2b(code.encode(errors="replace"), digest_size=16, key=key).hexdigest(), hint=hint)


def sealed(card: UnknownCard, key: bytes) -> UnknownCard:
    """As the journal has it, whoever has told of it; `key` is the gym's own."""
    return replace(card, digest=blake2b(card.digest.encode(), digest_size=8, key=key).hexdigest())


def shape(code: str) -> str:
    """What cards of one kind have in common, bare of what a reader puts around them: where the digits and the letters
    are, and every other character as it is. `AB-123` and `XY-907` are of one shape."""
    return "".join(map(_place, bare(split(framed(code))[1])))


def _place(character: str) -> str:
    if character.isascii() and character.isalnum():
        return "0" if character.isdigit() else "A"
    return character
