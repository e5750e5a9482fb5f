#!/usr/bin/env bash
# First names that are also months become dates in the year 1.
#
# Guess:    a column is taken for dates where its cells look like dates, with a day or a year.
# Happens:  agate takes a column of April, May and June for dates, of the first of the month in the year 1: nobody is
#           called anything any more. One Ana in the column and all of them are text. A last name of Null or Na is
#           nothing either way. The table says nothing of it.
# Where:    a part of a list (the new ones of this week, those of one class), where three names are few enough.
# Instead:  say that every column is text: TypeTester(types=[Text(null_values=())]) keeps Null, too.
# Versions: Python 3.11, agate 1.14.2.
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3.11 -m venv "$room/venv"
"$room/venv/bin/pip" install -q agate==1.14.2
cd "$room"
printf 'first,last\nApril,Null\nMay,Brown\nJune,Na\n' > three.csv
{ cat three.csv; printf 'Ana,Silva\n'; } > four.csv

"$room/venv/bin/python" - <<'PY' | tee "$room/seen"
import agate

text = agate.TypeTester(types=[agate.Text(null_values=())])
for name, how in (("three", None), ("four", None), ("three", text)):
    rows = agate.Table.from_csv(f"{name}.csv", column_types=how).rows
    print(f"{name}:", "; ".join(f"{row['first']} {row['last']}" for row in rows))
PY

diff - "$room/seen" <<'SEEN'
three: 0001-04-01 None; 0001-05-01 Brown; 0001-06-01 None
four: April None; May Brown; June None; Ana Silva
three: April Null; May Brown; June Na
SEEN
