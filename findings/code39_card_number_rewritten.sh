#!/usr/bin/env bash
# A newer barcode decoder reads another number from the same card: 12/B99 becomes 12"99.
#
# Guess:    `/`, `$`, `+` and `%` are ordinary characters of Code 39, so a card that reads 12/B99 gives 12/B99, whatever
#           the decoder's version; "full ASCII" is an extension one would have to ask for.
# Happens:  zxing-cpp 3 takes such a character and the letter behind it for a full-ASCII pair, also when asked for
#           Code39, where every such character has a fitting letter behind it (34/99 stays). A line break, a quotation
#           mark or a dash stands where two printed characters were, and two cards can give one text. Nothing is raised;
#           2.2 gave what is printed.
# Where:    a camera at the door or a phone instead of a hand scanner; cards such as GYM$J2 or A/M7, and an upgrade.
# Instead:  ask for BarcodeFormat.Code39Std; or keep the symbology identifier with the text (]A4 is full ASCII, ]A0 is
#           plain) and learn from known cards which of the two a gym has.
# Versions: Python 3.11, zxing-cpp 2.2.0 and 3.1.1, pictures by python-barcode 0.16.1, numpy 2.4.6.
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT

cat >"$room/read.py" <<'PY'
import sys

import numpy
import zxingcpp
from barcode.codex import Code39


def picture(card: str) -> numpy.ndarray:
    bars = "0" * 10 + Code39(card, add_checksum=False).build()[0] + "0" * 10
    row = [0 if bar == "1" else 255 for bar in bars for _ in range(3)]
    return numpy.tile(numpy.array(row, dtype=numpy.uint8), (60, 1))


def read(card: str, wanted: str) -> str:
    (found,) = zxingcpp.read_barcodes(picture(card), formats=getattr(zxingcpp.BarcodeFormat, wanted))
    return f"{ascii(found.text)} {found.symbology_identifier}"


version, formats = sys.argv[1], sys.argv[2:]
for card in ("34/99", "12/B99", "GYM$J2", "A/M7", "A-7"):
    print(version, card, "->", *(f"{wanted} {read(card, wanted)}" for wanted in formats))
PY

: >"$room/seen"
for version in 2.2.0 3.1.1; do
    python3.11 -m venv --clear "$room/venv"
    "$room/venv/bin/pip" install -q zxing-cpp==$version python-barcode==0.16.1 numpy==2.4.6
    formats=Code39
    [ $version = 2.2.0 ] || formats="Code39 Code39Std"
    "$room/venv/bin/python" "$room/read.py" $version $formats | tee -a "$room/seen"
done

diff - "$room/seen" <<'SEEN'
2.2.0 34/99 -> Code39 '34/99' ]A0
2.2.0 12/B99 -> Code39 '12/B99' ]A0
2.2.0 GYM$J2 -> Code39 'GYM$J2' ]A0
2.2.0 A/M7 -> Code39 'A/M7' ]A0
2.2.0 A-7 -> Code39 'A-7' ]A0
3.1.1 34/99 -> Code39 '34/99' ]A0 Code39Std '34/99' ]A0
3.1.1 12/B99 -> Code39 '12"99' ]A4 Code39Std '12/B99' ]A0
3.1.1 GYM$J2 -> Code39 'GYM\n2' ]A4 Code39Std 'GYM$J2' ]A0
3.1.1 A/M7 -> Code39 'A-7' ]A4 Code39Std 'A/M7' ]A0
3.1.1 A-7 -> Code39 'A-7' ]A0 Code39Std 'A-7' ]A0
SEEN
