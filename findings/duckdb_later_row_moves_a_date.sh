#!/usr/bin/env bash
# A row further down decides which day an earlier row means.
#
# Guess:    01/02/2027 is read by a fixed order of day and month, a column of which some cells do not fit is text.
# Happens:  DuckDB looks for an order that fits all the rows that it samples. Where both fit it takes the day first; one
#           later cell that is only possible with the month first turns round every earlier one. The same membership ends
#           in February or in January, by who else is on the list. No warning, whichever it is.
# Where:    yesterday's list of members and today's, with one person more: dates of people who have not changed have.
# Instead:  read such columns as text, and take an order that a person has confirmed; here, `all_varchar = true`.
# Versions: Python 3.11, DuckDB 2.0.1.
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3.11 -m venv "$room/venv"
"$room/venv/bin/pip" install -q duckdb==2.0.1
cd "$room"
printf 'name,expires\nAna,01/02/2027\nBen,03/04/2027\n' > monday.csv
{ cat monday.csv; printf 'Cleo,12/25/2027\n'; } > tuesday.csv

"$room/venv/bin/python" - <<'PY' | tee "$room/seen"
import duckdb

for day in ("monday", "tuesday"):
    rows = duckdb.sql(f"SELECT * FROM '{day}.csv'").fetchall()
    print(f"{day}:", ", ".join(f"{name} until {expires}" for name, expires in rows[:2]))
rows = duckdb.sql("SELECT * FROM read_csv('tuesday.csv', all_varchar = true)").fetchall()
print("as text:", ", ".join(f"{name} until {expires}" for name, expires in rows[:2]))
PY

diff - "$room/seen" <<'SEEN'
monday: Ana until 2027-02-01, Ben until 2027-04-03
tuesday: Ana until 2027-01-02, Ben until 2027-03-04
as text: Ana until 01/02/2027, Ben until 03/04/2027
SEEN
