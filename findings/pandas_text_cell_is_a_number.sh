#!/usr/bin/env bash
# A cell that is text in the spreadsheet comes out as a number.
#
# Guess:    in a CSV file all is text and types are guessed; in an .xlsx file each cell says what it is, and 00123 that
#           is stored as text stays so.
# Happens:  pandas guesses all the same: it takes a column of text that looks like numbers for numbers. The zeros are
#           gone, and one blank cell makes 123.0 of it. Whether the library under it is openpyxl or calamine, both of
#           which hand over '00123', makes no difference; polars keeps the text.
# Where:    card numbers with zeros in front, that somebody has taken care to format as text.
# Instead:  `dtype=str`, or read the cells with openpyxl.
# Versions: Python 3.11, pandas 3.1.1, openpyxl 3.1.5, python-calamine 0.9.1, polars 2.1.0.
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3.11 -m venv "$room/venv"
"$room/venv/bin/pip" install -q pandas==3.1.1 openpyxl==3.1.5 python-calamine==0.9.1 polars==2.1.0
cd "$room"

"$room/venv/bin/python" - <<'PY' | tee "$room/seen"
import openpyxl
import pandas
import polars

book = openpyxl.Workbook()
for row in (["name", "card"], ["Ana", "00123"], ["Ben", None], ["Cleo", "00456"]):
    book.active.append(row)
book.save("members.xlsx")

cell = openpyxl.load_workbook("members.xlsx").active["B2"]
print("in the file:     ", cell.data_type, repr(cell.value))
for engine in ("openpyxl", "calamine"):
    print(f"pandas, {engine}:", list(pandas.read_excel("members.xlsx", engine=engine)["card"]))
print("pandas, dtype=str:", list(pandas.read_excel("members.xlsx", engine="openpyxl", dtype=str)["card"])[0::2])
print("polars:          ", list(polars.read_excel("members.xlsx", engine="openpyxl")["card"]))
PY

diff - "$room/seen" <<'SEEN'
in the file:      s '00123'
pandas, openpyxl: [123.0, nan, 456.0]
pandas, calamine: [123.0, nan, 456.0]
pandas, dtype=str: ['00123', '00456']
polars:           ['00123', None, '00456']
SEEN
