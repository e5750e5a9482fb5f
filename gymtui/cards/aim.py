"""The symbology identifier that a reader may put in front: `]C1` says Code 128. ISO/IEC 15424, once AIM's."""

from __future__ import annotations

from typing import Final, NamedTuple


class Symbology(NamedTuple):
    """What a bar code is written in. `modifiers` are the third characters that the standard gives to its letter."""

    letter: str
    modifiers: str
    name: str


CODABAR: Final = Symbology("F", "0124", "Codabar")
ITF: Final = Symbology("I", "013", "Interleaved 2 of 5")
EAN_8: Final = Symbology("E", "4", "EAN-8")

TABLE: Final = (
    Symbology("A", "013457", "Code 39"),
    Symbology("B", "0124", "Telepen"),
    Symbology("C", "0124", "Code 128"),
    Symbology("D", "012345", "Code One"),
    Symbology("E", "0123", "EAN-13, UPC-A, UPC-E"),
    EAN_8,
    CODABAR,
    Symbology("G", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklm", "Code 93"),
    Symbology("H", "013", "Code 11"),
    ITF,
    Symbology("J", "012345", "DotCode"),
    Symbology("K", "0124", "Code 16K"),
    Symbology("L", "012345", "PDF417"),
    Symbology("M", "01", "MSI"),
    Symbology("N", "0", "Anker"),
    Symbology("O", "01456", "Codablock"),
    Symbology("P", "0", "Plessey"),
    Symbology("Q", "0123456", "QR Code"),
    Symbology("R", "013", "Straight 2 of 5, two bars"),
    Symbology("S", "0", "Straight 2 of 5, three bars"),
    Symbology("T", "0124", "Code 49"),
    Symbology("U", "0123", "MaxiCode"),
    Symbology("X", "0123456789ABCDEF", "another bar code"),
    Symbology("Z", "0", "no bar code"),
    Symbology("d", "0123456", "Data Matrix"),
    Symbology("e", "0123", "GS1 DataBar"),
    Symbology("h", "0123", "Han Xin"),
    Symbology("z", "0123456789ABC", "Aztec"),
)
_IDENTIFIERS: Final = {f"]{symbology.letter}{m}": symbology for symbology in TABLE for m in symbology.modifiers}


def split(text: str) -> tuple[Symbology | None, str]:
    """What the identifier in front says, and the rest: `]C15000` is Code 128 and `5000`. Without one that the table
    knows, None and the whole text."""
    symbology = _IDENTIFIERS.get(text[:3])
    return (symbology, text[3:]) if symbology and text[3:] else (None, text)
