#!/usr/bin/env bash
# Once a year a time is neither before, nor after, nor equal to itself in UTC.
#
# Guess:    datetimes with a zone are compared by instant: one converted to UTC equals what it was, at any hour.
# Happens:  in the hour that a zone has twice, equality with a time of another zone is always False, by design (PEP
#           495), while the difference is 0, the hashes are equal and both < and > are False. Within the zone the
#           opposite: 2:30 and 2:30 an hour later are equal, and their difference is 0. Any other hour behaves.
# Where:    the night of a 24-hour gym when summer time ends: "is this visit already in the list?" says no of a visit
#           read back from the journal, so one of the two is stored again; a stay of an hour lasts no time at all.
# Instead:  keep instants in UTC everywhere, compare and subtract those, and convert where a clock is shown.
# Versions: Python 3.11, tzdata 2026.6 (the system's own zones are switched off by PYTHONTZPATH).
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3.11 -m venv "$room/venv"
"$room/venv/bin/pip" install -q tzdata==2026.6

PYTHONTZPATH="" "$room/venv/bin/python" - <<'PY' | tee "$room/seen"
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

for hour in (1, 2):
    local = datetime(2026, 10, 25, hour, 30, tzinfo=ZoneInfo("Europe/Zurich"))
    utc = local.astimezone(UTC)
    print(local, "and", utc)
    print("  before", local < utc, "after", local > utc, "equal", local == utc, "in a set", local in {utc})
    print("  difference", local - utc, "same hash", hash(local) == hash(utc))

later = local.replace(fold=1)
print(local, "and", later)
print("  equal", local == later, "difference", later - local, "in UTC", later.astimezone(UTC) - local.astimezone(UTC))
PY

diff - "$room/seen" <<'SEEN'
2026-10-25 01:30:00+02:00 and 2026-10-24 23:30:00+00:00
  before False after False equal True in a set True
  difference 0:00:00 same hash True
2026-10-25 02:30:00+02:00 and 2026-10-25 00:30:00+00:00
  before False after False equal False in a set False
  difference 0:00:00 same hash True
2026-10-25 02:30:00+02:00 and 2026-10-25 02:30:00+01:00
  equal True difference 0:00:00 in UTC 1:00:00
SEEN
