"""What is typed to put a visit right: another member, other times, or that it never was. Pure."""

from __future__ import annotations

import re
from datetime import datetime, time, tzinfo
from typing import Final

from msgspec.structs import replace

from gymtui import clock
from gymtui.gym_day import NEXT, instant
from gymtui.protocol import CheckInEvent, Correct
from gymtui.ui.wall import wall

TIMES: Final = re.compile(r"(\d{1,2}:\d\d)?(-(\d{1,2}:\d\d)?)?")
NEVER: Final = "never"
NAMESAKE, FORGOT, TIME, MISTAKE = "a namesake", "forgot to check out", "the wrong time", "checked in by mistake"
REASONS: Final = (NAMESAKE, FORGOT, TIME, MISTAKE)  # to choose from; any other is typed


def correction(text: str, visit: CheckInEvent, zone: tzinfo) -> Correct | None:
    """What `never`, `18:20` (came), `-19:30` (left) or `18:20-19:30` asks of a visit; None of any other text, which is
    somebody's name. ValueError where there is no such time."""
    asked = Correct(check_in_id=visit.id, reason=TIME)
    if text.strip().lower() == NEVER:
        return replace(asked, reason=MISTAKE, void=True)
    found = TIMES.fullmatch(text.replace(" ", ""))
    if found is None or not (found[1] or found[3]):
        return None
    began = wall(clock.to_ms(visit.check_in_time), zone)
    if found[1]:
        began = datetime.combine(began.date(), time.fromisoformat(found[1].zfill(5)))
        asked = replace(asked, check_in_time=_text(began, zone))
    if found[3]:
        ended = datetime.combine(began.date(), time.fromisoformat(found[3].zfill(5)))
        ended += NEXT * (ended.time() < began.time())
        asked = replace(asked, check_out_time=_text(ended, zone), reason=asked.reason if found[1] else FORGOT)
    return asked


def for_member(member_id: str, visit: CheckInEvent) -> Correct:
    """It was somebody else."""
    return Correct(check_in_id=visit.id, reason=NAMESAKE, member_id=member_id)


def _text(at: datetime, zone: tzinfo) -> str:
    return clock.to_text(instant(at, zone))
