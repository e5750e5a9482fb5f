"""One member, a line each of what can be done and of what is kept: renewed, frozen, changed here, with the server or
without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar, Final

from msgspec.structs import replace
from textual.binding import BindingType
from textual.reactive import var

from gymtui import clock
from gymtui.client.desk.desk import Desk
from gymtui.client.state import Verdict
from gymtui.gym_zone import zone_of
from gymtui.protocol import Gym, Member
from gymtui.ui.bindings import bind
from gymtui.ui.box.member import MemberMode
from gymtui.ui.member_fields import MemberLine
from gymtui.ui.member_lines import lines_of, without_what_is_not_here, without_what_is_private
from gymtui.ui.screens.box import BoxScreen
from gymtui.ui.screens.handover import leave_note
from gymtui.ui.screens.listed import ListScreen
from gymtui.ui.screens.member_actions import MemberActions
from gymtui.ui.settings import Setting, Settings
from gymtui.ui.widgets.settings_list import SettingsList

MANAGERS: Final = "only a manager changes members"
FOR_THE_NEXT_SHIFT: Final = ("note", "alert")  # what staff hear: it is told, for a manager to keep


class MemberScreen(ListScreen, MemberActions):
    """The list around the box, as this desk knows the member; `line` is the one whose value is asked for at once, with
    `words` in the box that an Enter says it is."""

    TITLE = "Member"
    PART = "settings"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("who", show=False, app=True),
        bind("connection", app=True),
        bind("conflicts", show=False, app=True),
    ]

    settings: var[Settings] = var(Settings())

    def __init__(
        self, desk: Desk, member: Member, line: str = "", words: str = "", *, clock: clock.Clock = clock.now
    ) -> None:
        super().__init__(desk, clock=clock)
        self._member = member
        lines = lines_of(member, desk.membership.today(), zone_of(desk.replica.gym))
        lines = without_what_is_not_here(lines, desk.replica.members.hidden)
        self.set_reactive(MemberScreen.settings, Settings(all=lines))
        mode = MemberMode(self)
        self.begin_with(mode)
        self._line, self._words, self._mode = line, words, mode

    def make_list(self) -> SettingsList:
        return SettingsList().data_bind(MemberScreen.settings)

    def on_mount(self) -> None:
        self._read_again()
        if self._line:
            self._mode.ask(self._line, self._words, self.dismiss)

    def subscriptions(self) -> list[Callable[[], None]]:
        again = self.telling("settings", lambda _: self._read_again())
        return [
            *super().subscriptions(),
            self.desk.service.subscribe("events", again),
            self.desk.subscribe("queue", again),
        ]

    # --- what follows -------------------------------------------------------------------------------------------------

    def watch_gym(self, gym: Gym | None) -> None:
        super().watch_gym(gym)
        self._read_again()

    def watch_masked(self) -> None:
        self._read_again()

    def _settled(self, verdict: Verdict) -> None:
        super()._settled(verdict)
        self._read_again()

    def _read_again(self) -> None:
        """The member as the desk knows one by now: here and at other desks much may have been done."""
        self._member = self.desk.replica.members.member(self._member.id) or self._member
        lines = lines_of(self._member, self.desk.membership.today(), self.zone)
        lines = without_what_is_not_here(lines, self.desk.replica.members.hidden)
        self.settings = replace(self.settings, all=without_what_is_private(lines) if self.masked else lines)
        self.entitle(self.named(self._member.full_name), *self._about())
        self.mutate_reactive(BoxScreen.modes)

    def _about(self) -> Iterator[str | tuple[str, str]]:
        member = self._member
        yield " · ".join(part for part in (member.membership_number, "guest" if member.guest else member.plan) if part)
        if self.desk.replica.members.waits(member.id):
            yield "changed here, not sent yet", "not bold $warning"
        elif not self.desk.membership.may_change:
            yield MANAGERS

    @property
    def locked(self) -> tuple[str, str] | None:
        """Why the chosen line cannot be changed by whoever is logged in."""
        line = self.settings.pick
        if line is not None and line.key in FOR_THE_NEXT_SHIFT and self.desk.looks_on is None:
            return None
        if (why := self.desk.looks_on) is not None:
            return why, f"{self.key('log-in')} logs in somebody else"
        if self.desk.membership.may_change or line is None or (isinstance(line, MemberLine) and line.is_staffs):
            return None
        return MANAGERS, f"{self.key('log-in')} logs in somebody else"

    # --- what the person does -----------------------------------------------------------------------------------------

    def whom(self) -> Member:
        return self._member

    def ask(self, line: str, words: str) -> None:
        """Here, where one is already."""
        self.reset()
        self._mode.ask(line, words, lambda: None)

    def turn_to(self, member: Member) -> None:
        self.app.switch_screen(MemberScreen(self.desk, member, clock=self._clock))

    def change(self, setting: Setting, text: str) -> None:
        with self.answering(self.named(self._member.full_name)):
            assert isinstance(setting, MemberLine)
            change = setting.comes_to(text)
            if setting.key in FOR_THE_NEXT_SHIFT and not self.desk.membership.may_change:
                self.say(leave_note(self, self._member, text))
            elif self.desk.membership.may_change or change.keys() == {"acknowledged"}:
                self.say(self.desk.membership.change(self._member, **change))
            else:
                self.say(self.refusal(setting.label, MANAGERS, f"{self.key('log-in')} logs in somebody else"))

    def move(self, step: int) -> None:
        self.settings = self.settings.moved(step)
