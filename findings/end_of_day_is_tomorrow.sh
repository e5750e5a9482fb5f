#!/usr/bin/env bash
# The last instant of a year is read as the first of the next one.
#
# Guess:    a reader that keeps fewer digits of a second cuts the others off, as datetime.fromisoformat does.
# Happens:  msgspec rounds to the microsecond, and openpyxl, reading, to the millisecond. The last instant of a day
#           carries over: to the next day and the next year, and a bare time turns round to 00:00.
# Where:    "valid until" and "open until". 23:59:59.999999999 is how clocks of nanoseconds (Java's LocalTime.MAX) end
#           a day, datetime.time.max is how Python does. A membership lasts a day too long, opening ends at 0:00.
# Instead:  send the last valid day as a date, or the first instant that is no longer valid; compare with "<".
# Versions: Python 3.11, msgspec 0.22.0, openpyxl 3.1.5.
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3.11 -m venv "$room/venv"
"$room/venv/bin/pip" install -q msgspec==0.22.0 openpyxl==3.1.5

"$room/venv/bin/python" - <<'PY' | tee "$room/seen"
import io
from datetime import date, datetime, time

import msgspec
import openpyxl

sent = "2026-12-31T23:59:59.999999999Z"
print("fromisoformat:", datetime.fromisoformat(sent))
print("msgspec:      ", msgspec.convert(sent, datetime))
print("msgspec, time:", msgspec.convert("23:59:59.999999999", time))

last = datetime.combine(date(2026, 12, 31), time.max)
book, file = openpyxl.Workbook(), io.BytesIO()
book.active["A1"] = last
book.save(file)
print("written:      ", last)
print("openpyxl:     ", openpyxl.load_workbook(file).active["A1"].value)
PY

diff - "$room/seen" <<'SEEN'
fromisoformat: 2026-12-31 23:59:59.999999+00:00
msgspec:       2027-01-01 00:00:00+00:00
msgspec, time: 00:00:00
written:       2026-12-31 23:59:59.999999
openpyxl:      2027-01-01 00:00:00
SEEN
