"""The number of a chip as readers, lists and prints write it. One chip has many writings, and none of them says which.

A writing reads a text as a number of so many bits, or writes one. A conversion reads, turns the bytes around where the
reader begins with the last one, keeps the low bits that the other writing has room for, and writes. Nothing is made up:
a reader that gives 24 bits tells no number of 32.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import reduce
from operator import xor
from typing import Final, NamedTuple


class Writing(NamedTuple):
    """`pattern` is what a text of it looks like; `value` reads one that does, or None where its checksum is wrong."""

    words: str
    bits: int
    pattern: str
    value: Callable[[re.Match[str]], int | None]
    write: Callable[[int], str]

    def read(self, text: str) -> int | None:
        """The number, of `bits` bits, or None where the text is no such writing."""
        found = re.fullmatch(self.pattern, text)
        value = found and self.value(found)
        return value if value is not None and value < 1 << self.bits else None


def convert(text: str, reads: str, writes: str, *, backwards: bool = False) -> str | None:
    """The text, written so, as the other writing has it; None where it is not written so, or says less."""
    value, bits = WRITINGS[reads].read(text), WRITINGS[reads].bits
    if value is None or bits < WRITINGS[writes].bits:
        return None
    return WRITINGS[writes].write(low(turned(value, bits) if backwards else value, WRITINGS[writes].bits))


def turned(value: int, bits: int) -> int:
    """The number whose bytes are those of this one, the last one first."""
    return int.from_bytes(value.to_bytes(bits // 8, "big"), "little")


def low(value: int, bits: int) -> int:
    return value & ((1 << bits) - 1)


def _hexadecimal(octets: int, separator: str = "") -> Writing:
    digits = re.escape(separator).join(["[0-9A-Fa-f]{2}"] * octets)
    return Writing(
        f"{octets} bytes in hex" + (f" with {separator!r} between" if separator else ""),
        8 * octets,
        digits,
        lambda found: int(found[0].replace(separator, ""), 16),
        lambda value: separator.join(f"{octet:02X}" for octet in value.to_bytes(octets, "big")),
    )


def _by_byte(octets: int, separator: str) -> Writing:
    """Each byte as a decimal number, of three digits where nothing is between them."""
    digits = "([0-9]{1,3})" if separator else "([0-9]{3})"

    def value(found: re.Match[str]) -> int | None:
        numbers = [int(number) for number in found.groups()]
        return int.from_bytes(bytes(numbers), "big") if max(numbers) < 1 << 8 else None

    return Writing(
        f"{octets} bytes, each in decimal" + (f" with {separator!r} between" if separator else ""),
        8 * octets,
        re.escape(separator).join([digits] * octets),
        value,
        lambda value: separator.join(f"{octet:03}" for octet in value.to_bytes(octets, "big")),
    )


def _framed() -> Writing:
    """As readers send it that frame it for a serial line: STX, a length, 5 bytes with what they are, their exclusive
    or, ETX, all of it in hex."""
    pattern = "(02) ?(0[Aa]) ?(02) ?([0-9A-Fa-f]{2}) ?([0-9A-Fa-f]{8}) ?([0-9A-Fa-f]{2}) ?(03)"

    def value(found: re.Match[str]) -> int | None:
        _, *octets, check, _ = bytes.fromhex("".join(found.groups()))
        return int.from_bytes(bytes(octets[-5:]), "big") if reduce(xor, octets) == check else None

    def write(value: int) -> str:
        octets = bytes.fromhex("0A02") + value.to_bytes(5, "big")
        return f"02{octets.hex()}{reduce(xor, octets):02x}03".upper()

    return Writing("5 bytes in a frame with their exclusive or", 40, pattern, value, write)


def _with_checksum(name: str, checksum: Callable[[bytes], int]) -> Writing:
    def value(found: re.Match[str]) -> int | None:
        *octets, check = bytes.fromhex(found[0])
        return int.from_bytes(bytes(octets), "big") if checksum(bytes(octets)) == check else None

    def write(value: int) -> str:
        octets = value.to_bytes(5, "big")
        return f"{octets.hex()}{checksum(octets):02x}".upper()

    return Writing(f"5 bytes in hex and their {name}", 40, "[0-9A-Fa-f]{12}", value, write)


def _decimal(bits: int, digits: int = 0) -> Writing:
    if not digits:
        return Writing(f"{bits} bits without zeros in front", bits, "0|[1-9][0-9]{0,19}", _whole, str)
    written = f"[0-9]{{{digits}}}"
    return Writing(f"{bits} bits in {digits} digits", bits, written, _whole, lambda value: f"{value:0{digits}}")


def _whole(found: re.Match[str]) -> int:
    return int(found[0])


def _pair(high: int, low_digits: int, separator: str, bits: int = 24) -> Writing:
    """The low 16 bits as a number of their own (a card), and the bits above them (its facility)."""
    parts = [f"([0-9]{{{digits or '1,5'}}})" for digits in (high, low_digits)]
    pattern = re.escape(separator).join(parts)

    def value(found: re.Match[str]) -> int | None:
        facility, card = map(int, found.groups())
        return facility << 16 | card if card < 1 << 16 else None

    def write(value: int) -> str:
        return f"{value >> 16:0{high}}{separator}{low(value, 16):0{low_digits}}"

    shown = f"{'1' * high or 'a'}{separator}{'2' * low_digits or 'b'}"
    return Writing(f"{bits - 16} bits and 16 bits, as {shown}", bits, pattern, value, write)


def _prox() -> Writing:
    """HID's 26 bits as a TWN3 writes them: their count, then the bits from the left: parity, 24, parity."""

    def value(found: re.Match[str]) -> int | None:
        value = int(found[1], 16) >> 7 & 0xFFFFFF
        return value if write(value) == found[0].upper() else None

    def write(value: int) -> str:
        even, odd = (value >> 12).bit_count() % 2, 1 - low(value, 12).bit_count() % 2
        return f"1A{(even << 25 | value << 1 | odd) << 6:08X}"

    return Writing("26 bits in hex behind their count, with parity", 24, "1[Aa]([0-9A-Fa-f]{8})", value, write)


def _all() -> Iterator[tuple[str, Writing]]:
    for octets in (3, 4, 5, 7):
        for separator in ("", ":", "-", " "):
            yield f"hex{octets}{separator}", _hexadecimal(octets, separator)
        for separator in ("", " ", ",", ".", "-", ":"):
            yield f"byte{octets}{separator}", _by_byte(octets, separator)
    for bits, digits in ((16, 5), (24, 8), (32, 10), (40, 12), (40, 13), (56, 17), (24, 10)):
        yield f"dec{bits}/{digits}", _decimal(bits, digits)
    for bits in (16, 24, 32, 40, 56):
        yield f"dec{bits}", _decimal(bits)
    for separator in (",", " ", "/", " / ", "-", ":", ".", ""):
        yield f"3{separator}5", _pair(3, 5, separator)
        if separator:
            yield f"4{separator}5", _pair(4, 5, separator)
            yield f"n{separator}n", _pair(0, 0, separator)
            yield f"5{separator}5", _pair(5, 5, separator, bits=32)
    yield "hex5 xor", _with_checksum("exclusive or", lambda octets: reduce(xor, octets))
    yield "hex5 sum", _with_checksum("sum to nothing", lambda octets: -sum(octets) & 0xFF)
    yield "frame5 xor", _framed()
    yield "prox26", _prox()


WRITINGS: Final = dict(_all())
