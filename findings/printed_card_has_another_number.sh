#!/usr/bin/env bash
# The card that was printed has another number than the one that was asked for.
#
# Guess:    a library that draws bar codes draws what it is given, or says that it cannot.
# Happens:  python-barcode puts a check character behind every Code 39, unless told otherwise, which readers hand on as
#           part of the number: 100060 becomes 1000607. It replaces the last digit of an EAN-13 that is not the check
#           digit, and puts a zero before an odd number of digits in ITF. None of them raises anything; only
#           get_fullcode() shows it.
# Where:    a gym that prints cards from its member list: none of them finds its member, or, worse, another one's.
# Instead:  add_checksum=False for Code 39; Code 128, which takes any text as it is; scan one card before printing 500.
# Versions: Python 3.11, python-barcode 0.16.1, zxing-cpp 3.1.1, Pillow 13.0.0.
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3.11 -m venv "$room/venv"
"$room/venv/bin/pip" install -q python-barcode==0.16.1 zxing-cpp==3.1.1 pillow==13.0.0

"$room/venv/bin/python" - <<'PY' | tee "$room/seen"
import io

import barcode
import zxingcpp
from barcode.writer import ImageWriter
from PIL import Image


def scanned(kind: str, number: str, **options: object) -> str:
    file = io.BytesIO()
    barcode.get(kind, number, writer=ImageWriter(), options=options).write(file, options={"write_text": False})
    return zxingcpp.read_barcodes(Image.open(file).convert("RGB"))[0].text


for kind, number in (("code39", "100060"), ("ean13", "4006381333932"), ("itf", "12345"), ("code128", "100060")):
    print(f"{kind}: asked for {number}, scanned {scanned(kind, number)}")
print("code39 without a check character:", scanned("code39", "100060", add_checksum=False))
PY

diff - "$room/seen" <<'SEEN'
code39: asked for 100060, scanned 1000607
ean13: asked for 4006381333932, scanned 4006381333931
itf: asked for 12345, scanned 012345
code128: asked for 100060, scanned 100060
code39 without a check character: 100060
SEEN
