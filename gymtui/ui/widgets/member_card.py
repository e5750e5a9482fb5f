"""The member's card, on screens that have room for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, tzinfo
from typing import ClassVar

from msgspec import UNSET
from msgspec.structs import replace
from textual.content import Content
from textual.reactive import reactive

from gymtui import clock, rules
from gymtui.client.desk.remarks import is_birthday
from gymtui.client.state import Person
from gymtui.clock import to_ms
from gymtui.printable import printable
from gymtui.protocol import CheckInEvent, Gym, Member
from gymtui.rules import Ruling
from gymtui.ui.cells import fit
from gymtui.ui.privacy import initials, of_member
from gymtui.ui.wall import since, stay, wall
from gymtui.ui.widgets.error_boundary import LiveWidget

LABEL = 10  # cells of a line's label
VISITS = 6


class MemberCard(LiveWidget):
    """Who it is, what the membership allows, what the staff should know, and the last visits."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "card--name",
        "card--quiet",
        "card--label",
        "card--good",
        "card--warn",
        "card--bad",
        "card--in",
        "card--festive",
    }

    person: reactive[Person | None] = reactive[Person | None](None)
    gym: reactive[Gym | None] = reactive[Gym | None](None)  # another policy is another ruling
    zone: reactive[tzinfo] = reactive[tzinfo](UTC)
    masked: reactive[bool] = reactive(False)

    def __init__(self, clock: clock.Clock, ruling: Callable[[Member], Ruling]) -> None:
        super().__init__()
        self._clock = clock
        self._ruling = ruling

    def render(self) -> Content:
        if self.person is None:
            return self._styled("Whoever is typed, scanned or chosen is shown here.", "quiet")
        person = self.person
        if self.masked:
            host = None if person.host is None else initials(person.host)
            person = replace(person, member=of_member(person.member), host=host)
        return Content("\n").join(self._lines(person))

    def _lines(self, person: Person) -> Iterator[Content]:
        member = person.member
        about = " · ".join(printable(part) for part in (member.membership_number, member.plan) if part)
        yield self._styled(printable(member.full_name), "name")
        yield self._styled(about or "no number", "quiet")
        if member.guest:
            yield self._styled(f"guest of {printable(person.host)}" if person.host else "guest", "quiet")
        if person.queued:
            yield self._styled("… changed here, not sent yet", "warn")
        yield Content("")
        yield self._standing(person)
        yield Content("")
        yield from self._membership(member)
        yield from self._remarks(member)
        if self.masked:
            yield self._styled("phone, notes, alerts: F7", "quiet")
        if person.visits:
            yield Content("")
            yield self._styled("LAST VISITS", "label")
            yield from (self._visit(visit) for visit in person.visits[:VISITS])

    def _styled(self, text: str, look: str) -> Content:
        return Content.styled(text, self.get_visual_style(f"card--{look}", partial=True))

    def _line(self, label: str, text: str, look: str | None = None) -> Content:
        shown = self._styled(printable(text), look) if look else Content(printable(text))
        return self._styled(fit(label, LABEL), "label") + shown

    def _standing(self, person: Person) -> Content:
        """In or not, and what the rules say."""
        if person.in_since is not None:
            return self._styled(f"▲ in since {since(person.in_since, self.zone, self._clock())}", "in")
        ruling = self._ruling(person.member)
        if ruling.action == "refuse":
            return self._styled(f"✗ {ruling.reason}", "bad")
        return self._styled(f"! {ruling.reason}", "warn") if ruling.reason else self._styled("✓ may come in", "good")

    def _membership(self, member: Member) -> Iterator[Content]:
        today = self._now.date()
        if member.valid_until:
            until = date.fromisoformat(member.valid_until)
            yield self._line("valid", f"until {rules.day(until, today)}", "bad" if until < today else None)
        if member.visits_left is not None:
            yield self._line("visits", f"{member.visits_left} left", None if member.visits_left > 2 else "warn")
        if member.hours:
            yield self._line("hours", member.hours)
        if member.birth_date:
            born = date.fromisoformat(member.birth_date)
            is_today = is_birthday(born, today)
            yield self._line(
                "birthday", f"{born.day} {born:%b}{' — today!' if is_today else ''}", "festive" if is_today else None
            )
        if member.phone:
            yield self._line("phone", member.phone)
        if cards := [card for card in member.cards if card.state != "returned"]:
            said = (card.code if card.state == "in_use" else f"{card.code} ({card.state})" for card in cards)
            lost = any(card.state == "lost" for card in cards)
            yield self._line("cards", ", ".join(said), "warn" if lost else None)

    def _remarks(self, member: Member) -> Iterator[Content]:
        dealt_with = {each.alert: each.by for each in (() if member.acknowledged is UNSET else member.acknowledged)}
        wrong = ["payment overdue"] if member.payment_overdue else []
        alerts = [*(alert for alert in member.alerts if alert not in dealt_with), *wrong]
        if alerts or dealt_with:
            yield Content("")
        yield from (self._styled(f"! {printable(alert)}", "warn") for alert in alerts)
        yield from (self._styled(printable(f"✓ {alert} ({by})"), "quiet") for alert, by in dealt_with.items())
        if member.notes:
            yield Content("")
            yield self._styled("NOTES", "label")
            yield Content(printable(member.notes))

    def _visit(self, visit: CheckInEvent) -> Content:
        came = to_ms(visit.check_in_time)
        day = f"{wall(came, self.zone):%a %d %b  %H:%M}"
        left = "in now"
        if visit.check_out_time is not None:
            assumed = "~" if "assumed_out" in visit.flags else ""
            left = (
                "undone" if "undone" in visit.flags else assumed + stay((to_ms(visit.check_out_time) - came) / 60_000)
            )
        return Content.assemble(day, "  ", (left, self.get_visual_style("card--quiet", partial=True)))

    @property
    def _now(self) -> datetime:
        return wall(self._clock(), self.zone)
