#!/usr/bin/env bash
# A name behind a phone number becomes digits of the number.
#
# Guess:    phonenumbers leaves out what is no phone number, as it does with a name in front, or it refuses the text.
# Happens:  three letters or more make the whole text a "vanity" number (1-800-FLOWERS), and each letter becomes the
#           digit of its key: "030 23125123 Eva" is +493023125123382, another line where numbers have no fixed length.
#           Two letters are dropped, letters in front are dropped, a comma in between is refused with an error.
# Where:    importing members: "home", "abends", "Mama" or a name in the phone column is what clerks write.
# Instead:  take the text to the last digit only and keep the rest as a note; look for letters before parsing.
# Versions: Python 3.11, phonenumbers 9.0.43. The number is one of those that Germany keeps free for films.
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3.11 -m venv "$room/venv"
"$room/venv/bin/pip" install -q phonenumbers==9.0.43

"$room/venv/bin/python" - <<'PY' | tee "$room/seen"
import phonenumbers

for text in (
    "030 23125123",
    "Eva 030 23125123",
    "030 23125123 Jo",
    "030 23125123 Eva",
    "030 23125123 (Mama)",
    "030 23125123 abends",
):
    number = phonenumbers.parse(text, "DE")
    print(f"{text:21}", phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
try:
    phonenumbers.parse("030 23125123, Eva", "DE")
except phonenumbers.NumberParseException as refused:
    print(f"{'030 23125123, Eva':21}", refused)
PY

diff - "$room/seen" <<'SEEN'
030 23125123          +493023125123
Eva 030 23125123      +493023125123
030 23125123 Jo       +493023125123
030 23125123 Eva      +493023125123382
030 23125123 (Mama)   +4930231251236262
030 23125123 abends   +493023125123223637
030 23125123, Eva     (1) The string supplied did not seem to be a phone number.
SEEN
