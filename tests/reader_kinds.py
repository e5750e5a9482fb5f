"""What readers make of the number on a card: each kind, and each keyboard that its keys may meet."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import xor
from random import Random
from typing import Final

from gymtui.cards.checks import CHECKS
from gymtui.cards.keyboards import meant
from gymtui.cards.rfid import convert


def checked(kind: str) -> Callable[[str], str]:
    return lambda code: f"{code}{CHECKS[kind](code)}"


def typed(layout: str, *, caps_lock: bool = False) -> Callable[[str], str]:
    """As it arrives from a reader that presses a US keyboard's keys; a dead key takes the next one with it."""
    keys = {
        sent: chr(c) for c in (0x1E9E, *range(0x17F, 31, -1)) if (sent := meant(layout, chr(c), caps_lock=caps_lock))
    }

    def arrives(code: str) -> str:
        arrived, left = "", iter(code)
        for c in left:
            if c not in keys:
                next(left, None)
            arrived += keys.get(c, "")
        return arrived

    return arrives


def chip(reads: str, writes: str, *, backwards: bool = False) -> Callable[[str], str]:
    """As a reader writes a chip's number that is on file as `reads`."""

    def arrives(code: str) -> str:
        written = convert(code, reads, writes, backwards=backwards)
        assert written is not None
        return written

    return arrives


def exclusive_or(code: str) -> str:
    """Hex with one more byte, which is all of the others by exclusive or."""
    return f"{code}{reduce(xor, bytes.fromhex(code)):02X}"


def numbers(digits: int, random: Random) -> str:
    return "".join(random.choices("0123456789", k=digits))


def letters(random: Random) -> str:
    return "".join(random.choices("ABYZ-/", k=3)) + numbers(5, random)


def chips(writing: str, random: Random) -> str:
    return convert(random.randbytes(5).hex(), "hex5", writing) or ""


Listed = Callable[[Random], str]
Kind = tuple[Listed, Callable[[str], str]]
# How a gym's list has its numbers, and what a reader makes of them.
READERS: Final[dict[str, Kind]] = {
    "Code 39's check": (lambda random: numbers(6, random), checked("mod43")),
    "a card's check": (lambda random: numbers(8, random), checked("luhn")),
    "ITF's zero": (lambda random: numbers(7, random), lambda code: "0" + code),
    "Codabar's letters": (lambda random: numbers(7, random), lambda code: f"A{code}B"),
    "Codabar with a check": (lambda random: numbers(9, random), lambda code: f"A{checked('luhn')(code)}B"),
    "zeros to ten digits": (lambda random: numbers(6, random).lstrip("0") or "1", lambda code: code.zfill(10)),
    "zeros lost": (lambda random: numbers(6, random), lambda code: code.lstrip("0") or "0"),
    "a club's EAN": (lambda random: numbers(7, random), lambda code: checked("mod10")(f"12345{code}")),
    "a prefix": (letters, lambda code: f"M#{code}"),
    "an address": (lambda random: numbers(6, random), lambda code: f"https://gym.example/m/{code}."),
    "a track's number": (lambda random: numbers(6, random), lambda code: f";{code}=2512?"),
    "a prefix and a check": (lambda random: numbers(6, random), lambda code: f"#{checked('mod43')(code)}"),
    **{f"keyboard {name}": (letters, typed(name)) for name in ("de", "ch", "cz", "fr", "be", "it", "es", "tr")},
    "Caps Lock": (letters, lambda code: typed("fr")(code).swapcase()),
    "nothing": (letters, lambda code: code),
    "an identifier": (letters, lambda code: f"]C1{code}"),
    "Code 39's stars": (letters, lambda code: f"*{code}*"),
    "a suffix": (letters, lambda code: f"{code}$"),
    "an EAN without its check digit": (
        lambda random: checked("mod10")(f"20{numbers(10, random)}"),
        lambda code: code[:-1],
    ),
    "a facility that the list has not": (lambda random: numbers(5, random), lambda code: f"012,{code}"),
    "bytes turned": (lambda random: chips("hex4", random), chip("hex4", "hex4", backwards=True)),
    "decimal for hex": (lambda random: chips("hex4", random), chip("hex4", "dec32/10")),
    "hex for decimal": (lambda random: chips("dec32/10", random), chip("dec32/10", "hex4")),
    "decimal, turned": (lambda random: chips("hex4", random), chip("hex4", "dec32/10", backwards=True)),
    "hex for 3+5": (lambda random: chips("3,5", random), chip("3,5", "hex3")),
    "3+5 for 24 bits": (lambda random: chips("dec24/8", random), chip("dec24/8", "3,5")),
    "separators": (lambda random: chips("hex4:", random), chip("hex4:", "hex4")),
    "a version in front": (
        lambda random: chips("dec32/10", random),
        lambda code: f"01{chip('dec32/10', 'hex4')(code)}",
    ),
    "a checksum behind": (
        lambda random: chips("dec32/10", random),
        lambda code: exclusive_or(f"61{chip('dec32/10', 'hex4')(code)}"),
    ),
    "Prox for facility and card": (lambda random: chips("3 / 5", random), chip("3 / 5", "prox26")),
}
# Those that send less than a list has: they are not learned.
LESS: Final[dict[str, Kind]] = {
    "24 bits of 32": (lambda random: chips("dec32/10", random), chip("dec32/10", "dec24/8")),
    "a card's end": (lambda random: numbers(10, random), lambda code: code[-5:]),
    "one text for all": (letters, lambda _: "0000000000"),
}
BY_KEYBOARD: Final = [name for name in READERS if name.startswith("keyboard") or name == "Caps Lock"]
