"""Outcomes of commands: the verdict that follows the server's answer, and what can be taken back from then on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import UNSET, Raw
from msgspec.structs import replace

from gymtui import clock, codec
from gymtui.client.connection.service import WebSocketService
from gymtui.client.desk.outbox_queue import Pending
from gymtui.client.desk.outbox_sender import Outcome
from gymtui.client.desk.presence import Presence
from gymtui.client.desk.verdicts import Matter, about, judge, remarks_at, since
from gymtui.client.errors import ProcessingProblem
from gymtui.client.replica.outbox import OF_MEMBERS, Outgoing, whom
from gymtui.client.replica.replica import Replica, ReplicaError
from gymtui.client.replica.undo_log import Undoable
from gymtui.client.replica.visits import since as began
from gymtui.client.state import CommandKind, Verdict
from gymtui.gym_zone import zone_of
from gymtui.protocol import CheckInEvent, ErrorBody
from gymtui.visit_hands import place_in

OF_THE_HOUSE: Final = ("roll_call", "hand_over")  # commands that are about no member


class Outcomes:
    """Publishes a verdict for each outcome, of a command from the outbox or of a live one."""

    def __init__(
        self,
        service: WebSocketService,
        replica: Replica,
        presence: Presence,
        publish: Callable[[Verdict], None],
        *,
        clock: clock.Clock = clock.now,
    ) -> None:
        self._service = service
        self._replica = replica
        self._presence = presence
        self._publish = publish
        self._clock = clock

    def matter(self, row: Outgoing, warning: str | None = None) -> Matter:
        """What a command from the outbox is about, as far as this desk knows it now."""
        undoes: CommandKind | None = None
        if row.kind == "undo":
            undoes = "check_out" if row.id in self._replica.undo_log.reopened() else "check_in"
        matter = about(row, self._replica.members.member(whom(row) or ""), undoes)
        return replace(matter, warning=warning)

    def of_queued(self, pending: Pending, outcome: Outcome) -> bool:
        """A later word on a command from the outbox; False where it is nothing new."""
        if pending.row.kind in OF_THE_HOUSE and not isinstance(outcome, ErrorBody) and outcome != "set_aside":
            return isinstance(outcome, Raw)  # its screen shows how it stands: the verdict line has nothing to say
        if pending.row.kind == "refusal" and outcome != "set_aside":
            pending.is_told_unsent = pending.is_told_unsent and outcome != "sent"
            return isinstance(outcome, Raw | ErrorBody)  # the no was said then
        row, matter = pending.row, replace(self.matter(pending.row, pending.warning), remarks=pending.remarks)
        match outcome:
            case "sent" if pending.is_told_unsent:
                pending.is_told_unsent = False
                self._publish(matter.queued(self._clock(), sent=True, again=True))
            case "unsent" if not pending.is_told_unsent:
                pending.is_told_unsent = True
                self._publish(matter.queued(self._clock(), sent=False, again=True))
            case "set_aside":
                self._publish(matter.set_aside(self._clock(), row.reason or ""))
                self._update_undo_log(lambda: self._replica.undo_log.forget(row.id))
            case ErrorBody():
                said = matter.denied(self._clock(), outcome, zone_of(self._replica.gym))
                self._publish(_as_wanted(said) if outcome.code == "not_checked_in" else said)
                self._presence.reopens(row.id, None)
                self._update_undo_log(lambda: self._replica.undo_log.refused(row.id))
            case Raw() if row.kind in OF_MEMBERS:
                self._publish(matter.accepted(self._clock(), None, None))
            case Raw():
                self._accept(matter, outcome, row.at)
            case _:
                return False
        return True

    def of_live(self, matter: Matter, outcome: Raw | ErrorBody | None) -> None:
        """What came of a command beside the queue; None where nobody knows."""
        if outcome is None:
            self._publish(matter.unanswered(self._clock()))
        elif isinstance(outcome, ErrorBody):
            self._publish(matter.denied(self._clock(), outcome, zone_of(self._replica.gym)))
        elif event := self._accept(matter, outcome, self._clock()):
            ended = began(event) if matter.action == "check_out" else None
            done = Undoable(matter.command_id, event.member, ended)
            self._update_undo_log(lambda: self._replica.undo_log.remember(done))

    def _accept(self, matter: Matter, result: Raw, at: int) -> CheckInEvent | None:
        """The server's yes; one that cannot be read is a yes all the same."""
        try:
            event = codec.convert(result, CheckInEvent)
        except codec.Unreadable as error:
            self._service.report(ProcessingProblem(str(error), kind="reply"))
            self._publish(matter.accepted(self._clock(), None, None))
            return None
        self._presence.answered(matter.command_id, event)
        remarks = self._remarks(event) if matter.action == "check_in" else ()
        self._publish(matter.accepted(self._clock(), event, self._warning(event, at), remarks))
        return event

    def _remarks(self, event: CheckInEvent) -> tuple[str, ...]:
        member = self._replica.members.member(event.member.id)
        left = None if event.visits_left is UNSET else event.visits_left
        return () if member is None else remarks_at(member, left, self._replica.gym, began(event))

    def _warning(self, event: CheckInEvent, at: int) -> str | None:
        """What this desk knows about why the server has flagged a check-in of `at` (ms)."""
        if "clash" in event.flags:
            visit = self._presence.visit(event.member.id)
            zone = zone_of(self._replica.gym)
            return None if visit is None else f"already in {since(began(visit), place_in(visit), zone, at)}"
        member = self._replica.members.member(event.member.id)
        return None if member is None else judge(member, self._replica.gym, at).reason

    def _update_undo_log(self, write: Callable[[], None]) -> None:
        """What can be taken back is as the disk has it; that one fails is no reason to stop."""
        try:
            write()
        except ReplicaError as error:
            self._service.report(ProcessingProblem(str(error), kind="undo"))


def _as_wanted(verdict: Verdict) -> Verdict:
    """Of a check-out: whom this desk knew to be in, another one has let out meanwhile."""
    if verdict.action != "check_out":
        return verdict
    return replace(verdict, detail="out already", next_step="nothing is left to do", next_command=None)
