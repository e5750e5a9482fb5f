"""What readers, decoders and strangers send, as rows: what it is, the codes on file, what arrives, whose it is.

From manuals, forums, generators and decoders as they are; the last ones are what somebody might send who means harm.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Case(NamedTuple):
    """`finds` is the code on file that a scan finds, none where it is nobody's."""

    kind: str
    on_file: tuple[str, ...]
    arrives: str
    finds: str | None = None


def _found(kind: str, on_file: str, *arrives: str) -> list[Case]:
    return [Case(kind, (on_file,), each, on_file) for each in arrives]


def _nobodys(kind: str, on_file: str, *arrives: str) -> list[Case]:
    """`on_file` are codes with a blank between."""
    return [Case(kind, tuple(on_file.split()), each) for each in arrives]


DECODERS: Final = [
    *_found("UPC-A", "036000291452", "036000291452", "0036000291452", "]E00036000291452", "00036000291452"),
    *_found("UPC-A on file as EAN-13", "0036000291452", "036000291452", "]E00036000291452"),
    *_found("EAN-13", "4006381333931", "4006381333931", "]E04006381333931", "04006381333931"),
    *_found("UPC-E", "01234565", "01234565", "0012345000065", "012345000065", "]E00012345000065"),
    *_found("EAN-8", "96385074", "96385074", "]E496385074", "0000096385074"),
    *_found("Code 39", "12/B99", "12/B99", "]A012/B99", "*12/B99*"),
    *_found("Code 39", "GYM$J1", "GYM$J1"),
    *_found("Codabar with its letters", "A1234567B", "A1234567B", "a1234567b", "]F0A1234567B", "]F01234567"),
    *_found("Code 128 with FNC1", "100060", "100060", "(10)0060", "\x1d100060", "]C1100060", "<GS>100060"),
    *_found("Code 128 with GS", "AB12217", "AB<GS>12217", "AB\x1d12217", "AB12217", "]C0AB12217"),
    *_found("ITF", "12345", "]I0012345", "]I1012345"),
    *_found("Latin-1 and UTF-8", "MÜLLER-7", "MÜLLER-7", "MU\u0308LLER-7", "müller-7"),
    *_found("a page's QR code", "https://gym.example/m/100060", "https://gym.example/m/100060"),
    *_nobodys("full ASCII and plain Code 39", "abc-1234 12/B99 GYM$J1 1234 99", "+A+B+C-1234", '12"99', "GYM\n1"),
    *_nobodys("Codabar", "A1234567B C1234567D 234567", "1234567", "]F0B1234567A", "D1234567C"),
    *_nobodys("a check character", "100060 00060 1000", "1000607", "]A31000607", "*1000607*", "]C01000607"),
    *_nobodys("ITF", "12345 2345 1234 012340", "012345", "0012345", "123457", "]I3123457"),
    *_nobodys("EAN-8 made an EAN-13", "96385074 9638507 63850742", "0000963850742"),
    *_nobodys("encodings", "MÜLLER-7 LLER-7 100060", "MÃœLLER-7", "M�LLER-7", "€100060", "ＭÜLLER-7", "100060€"),
    *_nobodys("GS as another character", "AB12217 12217", "AB%12217", "AB+12217", "AB$12217", "AB^]12217"),
]

READERS: Final = [
    *_nobodys(
        "an identifier that a keyboard has changed", "15000 5000 1500", "+C15000", "$C&5000", ")C+5000", "üC15000"
    ),
    *_nobodys("an identifier that is none", "15000 5000", "]Z95000", "]C95000", "]E95000", "]I25000", "]q15000"),
    *_found("10 digits, zeros in front", "0040856634", "40856634", "00040856634", "]C10040856634"),
    *_nobodys(
        "one chip in another writing",
        "0040856634 02207638 7302202 27706 111 335823930",
        *("01026F6C3A", "026F6C3A", "4335823930", "111,27706", "00623,27706", "07302202", "111 27706", "11127706"),
    ),
    *_nobodys("bytes turned", "4CDDA15F 51e69621 529D06E3", "5FA1DD4C", "0563537489", "E3069D52", "3808861522"),
    *_nobodys("hex for decimal", "1386022627 0018226646 12345678", "529D06E3", "0801161DD6", "00BC614E", "BC614E"),
    *_nobodys(
        "facility and card", "04521 4521 19 012 01204521 123,15", "012,04521", "0019 / 04521", "12,4521", "012/04521"
    ),
    *_nobodys("the card alone", "012,04521 0019/04521 116,23152", "04521", "4521", "23152", "0019", "01204521"),
    *_nobodys("HID's 26 bits", "1A80 1,3 3 1 800 808001C 00007", "1A808001C0", "8001C0", "1A 80 80 01 C0"),
    *_nobodys("a reader that adds a checksum", "0009351929 008EB2F9 9351929 61008EB2F9", "61008EB2F9A4", "8EB2F9A4"),
    *_nobodys("a frame", "008E6D5D 0009334109 6D5D", "02 0A 02 06 008E6D5D B0 03", "020A0206008E6D5DB003"),
    *_nobodys("a colon and a checksum", "112233445501 1122334455 3344", ":1122334455", ":1122334455FE"),
    *_nobodys(
        "decimal, byte by byte", "4CDDA15F 0769012213 076221", "076221161095", "76 221 161 95", "076 221 161 095"
    ),
    *_nobodys("both that is printed", "0007625328 116,23152 7625328", "0007625328 116,23152", "0007625328116,23152"),
    *_nobodys("rounded", "0009040399 9040399", "0009040400", "9040400", "9.0404E6"),
    *_nobodys("24 bits as 8 and as 10 digits", "0001000001 1000001 0016777217", "01000001", "0000000001", "16777216"),
    *_nobodys(
        "characters around", "100060 1000", "M#100060", "100060~", "GYM2-100060", "100060.", "F100060", "100060 "[:5]
    ),
    *_found("a colon of its own", ":112233445501", ":112233445501"),
    *_found("a slash of its own", "/4712", "/4712", " /4712\r"),
    *_found("digits without Shift", "0040856634", "àà'à_(--\"'", "ÀÀ'À_(--\"'", "ééčéářžžšč"),
    *_found("capitals the wrong way round", "aBc-1234", "AbC-1234", "abc-1234", "ABC-1234"),
    *_nobodys("letters of another keyboard", "5678GYMA 5678GYMB YZ-7 QA-7", "5678GZMA", "ZY-7", "AQ-7", "YZß7", "YZ)7"),
]

CARDS: Final = [
    Case("a letter that tells gyms apart", ("5678GYMA", "5678GYMB"), "5678GYMA", "5678GYMA"),
    Case("a letter that tells gyms apart", ("5678GYMA", "5678GYMB"), "]A05678GYMB", "5678GYMB"),
    *_nobodys("a letter that tells gyms apart", "5678GYMA 5678GYMB 5678", "5678GYM", "5678GYMC", "5678GYMAB"),
    *_found("a hyphen at the end", "12345ABC-", "12345ABC-", "*12345ABC-*", "12345abc-"),
    *_nobodys("a hyphen at the end", "12345ABC- 12345", "12345ABC", "12345ABC--", "12345ABCß"),
    *_nobodys("a club's EAN", "0004567 4567 00045674 12345", "1234500045674", "]E01234500045674", "5432100045676"),
    *_found("a chip's bytes", "04:02:63:EA", "04:02:63:ea", "04:02:63:EA\t"),
    *_nobodys("a chip's bytes", "04:02:63:EA", "040263EA", "04-02-63-EA", "04 02 63 EA", "EA:63:02:04"),
    *_found("track 2", "0040856634", ";0040856634=2512?", ";0040856634=25121010000000000000?", ";40856634=2512?"),
    *_found("track 2, no more than the number", "100060", ";100060?", "%100060?"),
    *_nobodys("track 2", "5000 100060 2512 B100060", ";5000=2512?", "%B100060^SILVA/ANA^2512?", ";5000=2512"),
    *_nobodys("a phone", "08AB12C 4BC97B 01020304 AB12CD", "08AB12CD", "4BC97B08", "01:02:03:04", "80AB12CD"),
    *_found("a number that looks like a chip's", "08123456", "08123456", "]C108123456"),
    *_nobodys("zeros of a short number", "123 0123 5000", "0000123", "00123", "05000", "0005000"),
    *_nobodys("from the 16th digit on", "1234567890123456 1234567890123457", "1234567890123450"),
]

# What is not meant well, or not for this gym.
STRANGERS: Final = [
    *_nobodys(
        "a shop's code that ends so", "3344 100060 9780", "GYM2-3344", "https://shop.example/3344", "9780000003344"
    ),
    *_nobodys(
        "two cards in one", "4711 4712 47114712", "4711,4712", "4711;4712", "4711 4712", "4711\n4712", "4711\t4712"
    ),
    *_nobodys("a command", "4711 quit undo", ":quit 4711", ":undo4711", "/4711/", ":4711", "4711:", "!4711"),
    *_nobodys("other digits", "123 12345 4711", "１２３４５", "٤٧١١", "४७११", "𝟒𝟕𝟏𝟏", "④⑦①①", "4７11", "Ⅳ711"),
    *_nobodys("other letters", "ANA-1 GYMA5", "АNA-1", "ANА-1", "GУMA5", "GYMА5", "ᴀNA-1", "ＧYMA5"),
    *_nobodys(
        "nothing between",
        "4711 47",
        "47\u200b11",
        "47\u202e11",
        "47\xad11",
        "47\u206011",
        "47\u034f11",
        "4\u30057\u030511",
    ),
    *_nobodys(
        "another sign between",
        "4711 4-711 47/11",
        "47-11",
        "47.11",
        "47 11",
        "4,711",
        "4'711",
        "4_711",
        "47–11",
        "47−11",
    ),
    *_nobodys(
        "a pattern", "4711 4712 47_1", "47%", "47_1_", "4711*", "471?", "4[67]11", "%", "_", ".*", "*", "4711%00"
    ),
    *_nobodys(
        "a piece of a language", "4711", "4711' OR '1'='1", '4711"', "4711;--", "4711\\", "47\x0011", "[4711]", "{4711}"
    ),
    *_nobodys(
        "a sign and a number", "4711 100060", "+4711", "-4711", "#4711", "0x4711", "4711.0", "4.711e3", "04711", "4711L"
    ),
    *_nobodys("an identifier twice", "5000 15000 C15000", "]C1]C15000", "]C1]E05000", "]E4]C15000", "]C1*]C15000*"),
    *_nobodys(
        "a wrapping in a wrapping",
        "5000 500",
        "**5000**",
        ";;5000??",
        "%;5000?",
        "*;5000?*",
        "(10)(5000)",
        "((10)5000)",
    ),
    *_nobodys(
        "a wrapping that is half", "5000", "*5000", "5000*", ";5000", "5000?", "%5000", "%5000*", ";5000*", "*5000?"
    ),
    *_nobodys(
        "application identifiers",
        "5000 105000 0060 100060",
        "(1)5000",
        "(10) 5000",
        "(99999)5000",
        "10)5000",
        "(105000",
    ),
    *_nobodys(
        "a track with more",
        "40856634 0040856634",
        ";0040856634=2512",
        "0040856634=2512?",
        ";0040856634==?=",
        ";x0040856634=?",
    ),
    *_nobodys(
        "a wrong check digit", "036000291452 4006381333931", "0036000291453", "4006381333930", "]E04006381333932"
    ),
    *_nobodys(
        "a GTIN of 14 with a packing",
        "4006381333931 036000291452",
        "14006381333938",
        "10036000291459",
        "54006381333936",
    ),
    *_nobodys("a price in the code", "036000291452 00123 123", "2000123004567", "0200123004569", "]E02000123004567"),
    *_nobodys(
        "a book and what is added",
        "9780306406157",
        "978030640615751999",
        "9780306406157 51999",
        "0306406152",
        "0-306-40615-2",
    ),
    *_nobodys("digits of two keyboards", "1234 2222 0000", "&éě'", "éééé", '&é"4', "1é\"'", "(&é\"')"),
    *_nobodys(
        "a phone or a birthday", "4711 1999", "+41795550123", "0795550123", "19991231", "1999-12-31", "31.12.1999"
    ),
    *_nobodys(
        "long", "4711 1", "4711" * 30, "0" * 64 + "4711", "1" * 200, "]C1" * 40 + "4711", "*" * 99 + "4711" + "*" * 99
    ),
]

CASES: Final = [*DECODERS, *READERS, *CARDS, *STRANGERS]
