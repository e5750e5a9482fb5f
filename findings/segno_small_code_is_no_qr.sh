#!/usr/bin/env bash
# The QR code of a short number is none that a QR reader finds.
#
# Guess:    whatever a QR library makes by default, a QR reader reads; a shorter text is the easier one.
# Happens:  segno.make() takes the smallest code that fits, and for a short text that is a Micro QR code: another
#           symbology, with one eye instead of three. zxing-cpp reads it; OpenCV's detector finds nothing at
#           all. A longer text becomes an ordinary QR code, which both read.
# Where:    members' codes for their phones: six digits, tried with the one reader that reads them, or with a long
#           made-up number.
# Instead:  segno.make_qr(), or micro=False.
# Versions: Python 3.11, segno 1.6.6, zxing-cpp 3.1.1, OpenCV 5.0.0 (opencv-python-headless), Pillow 13.0.0.
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3.11 -m venv "$room/venv"
"$room/venv/bin/pip" install -q segno==1.6.6 zxing-cpp==3.1.1 opencv-python-headless==5.0.0.93 pillow==13.0.0

"$room/venv/bin/python" - <<'PY' | tee "$room/seen"
import io

import cv2
import numpy
import segno
import zxingcpp
from PIL import Image


def tried(what: str, code: segno.QRCode) -> None:
    file = io.BytesIO()
    code.save(file, kind="png", scale=8, border=4)
    picture = Image.open(file).convert("RGB")
    zxing = [found.text for found in zxingcpp.read_barcodes(picture)]
    opencv = cv2.QRCodeDetector().detectAndDecode(numpy.array(picture))[0]
    print(f"{what}: {code.designator}, zxing-cpp {zxing}, OpenCV {opencv!r}")


tried("make, 6 digits", segno.make("100060"))
tried("make, a link", segno.make("https://gym.example/m/100060"))
tried("make_qr, 6 digits", segno.make_qr("100060"))
PY

diff - "$room/seen" <<'SEEN'
make, 6 digits: M2-M, zxing-cpp ['100060'], OpenCV ''
make, a link: 2-L, zxing-cpp ['https://gym.example/m/100060'], OpenCV 'https://gym.example/m/100060'
make_qr, 6 digits: 1-H, zxing-cpp ['100060'], OpenCV '100060'
SEEN
