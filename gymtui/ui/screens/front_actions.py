"""The screens that lie over the front desk; none is imported with the start, as those beside it are not."""

from __future__ import annotations

from gymtui.ui.screens.member_actions import MemberActions


class FrontActions(MemberActions):
    """Opens the one of whoever was found or named last, the notices, the handover."""

    def ask(self, line: str, words: str) -> None:
        self._open(line, words)

    def action_member(self) -> None:
        self._open()

    def _open(self, line: str = "", words: str = "") -> None:
        from gymtui.ui.screens.member import MemberScreen

        with self.answering("Member"):
            member = self.whom()
            if member is None:
                step = "type a name, ↓ chooses where several match"
                self.say(self.refusal("Member", "nobody has been named yet", step))
            else:
                self.take()
                self.typed("")
                self.reset()
                self.app.push_screen(MemberScreen(self.desk, member, line, words, clock=self._clock))

    def action_notices(self) -> None:
        from gymtui.ui.screens.notices import NoticesScreen

        self.app.push_screen(NoticesScreen(self.desk, clock=self._clock))

    def action_handover(self, words: str = "") -> None:
        """With words behind it, they are the note."""
        from gymtui.ui.screens.handover import HandoverScreen, hand_over

        if words:
            with self.answering("Handover"):
                self.say(hand_over(self, words))
        else:
            self.app.push_screen(HandoverScreen(self.desk, clock=self._clock))

    def action_tell(self, words: str = "") -> None:
        from gymtui.ui.screens.notices import tell

        tell(self, words)
