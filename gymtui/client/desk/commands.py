"""What is commanded at a desk: decided on its own copy at once, durable before it is said, sent when it can be."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from gymtui.cards.owned import is_lost
from gymtui.client.connection.service import WebSocketService
from gymtui.client.desk.corrections import given_now
from gymtui.client.desk.desk_clock import DeskClock
from gymtui.client.desk.judgement import Judgement
from gymtui.client.desk.live_commands import LiveCommands
from gymtui.client.desk.membership import Membership
from gymtui.client.desk.outbox_queue import OutboxQueue, Pending
from gymtui.client.desk.presence import Presence
from gymtui.client.desk.verdicts import Matter, since, today
from gymtui.client.replica.outbox import Queued
from gymtui.client.replica.replica import Replica, ReplicaError
from gymtui.client.replica.undo_log import Undoable
from gymtui.client.state import CommandKind, Verdict
from gymtui.gym_zone import zone_of
from gymtui.protocol import STAFF, CheckIn, CheckOut, Member, MemberRef, Override, SaveCard, SaveMember, Undo
from gymtui.rules import hardest
from gymtui.visit_hands import place_in

logger = logging.getLogger(__name__)

AGAIN: Final = 60_000  # milliseconds in which the same question about somebody is one


class Commands:
    """Each command is a `Verdict` at once: what the desk's own copy and the rules say, and whether it is on disk here.
    `Desk` says what each of them is.

    Args:
        service: The connection: who is logged in, and whether the server is there.
        replica: The desk's own copy of the gym.
        queue: Where a command is written down; `queue_changed` is called once it is.
        judgement: What the rules say of a member here and now.
        presence: Who is in, as far as is known here.
        live: The commands that are asked now and once.
        clock: What time it is here.
        new_id: Gives an idempotency key.
        name: What this desk is called.
    """

    def __init__(
        self,
        service: WebSocketService,
        replica: Replica,
        queue: OutboxQueue,
        queue_changed: Callable[[], None],
        *,
        judgement: Judgement,
        presence: Presence,
        live: LiveCommands,
        clock: DeskClock,
        new_id: Callable[[], str],
        name: str | None,
    ) -> None:
        self._service = service
        self._replica = replica
        self._queue = queue
        self._judgement = judgement
        self._presence = presence
        self._live = live
        self._queue_changed = queue_changed
        self._clock = clock
        self._new_id = new_id
        self._name = name
        self._asked: Verdict | None = None
        self.membership = Membership(
            service,
            self._save,
            new_id=new_id,
            today=lambda: today(replica.gym, clock.now()),
            known=replica.members.member,
        )

    @property
    def looks_on(self) -> str | None:
        if self._service.role in (None, *STAFF):
            return None
        return f"{self._service.user or 'whoever is logged in'} may look on, not check in"

    def _only_looks(self, action: CommandKind, who: Member | MemberRef | str) -> Verdict | None:
        """The no to somebody who looks on: the server would say the same."""
        if (why := self.looks_on) is None:
            return None
        known = who if isinstance(who, MemberRef) else _known(self._replica, who) or str(who).strip()
        return Matter.of(self._new_id(), action, known).looks_on(self._clock.now(), why)

    def check_in(self, who: Member | str, card: str | None = None, *, sure: bool = False) -> Verdict:
        if (no := self._only_looks("check_in", who)) is not None:
            return no
        member = _known(self._replica, who)
        if member is None:
            code = str(who).strip()
            return self._live.ask_by_code(Matter.of(self._new_id(), "check_in", code), CheckIn(code=code))
        matter = Matter.of(self._new_id(), "check_in", member)
        card = _card(self._replica, who, card)
        if card is not None and is_lost(member, card):
            request = CheckIn(member_id=member.id, card=card)
            return self._live.refuse(matter, request, "card_lost", "this card was reported lost")
        in_since = self._presence.since(member.id)
        if in_since is not None and self._judgement.is_in(member.id, in_since):
            visit = self._presence.visit(member.id)
            # Said here and nowhere else: that somebody scans twice is no news for the journal.
            desk = self._name if visit is None else place_in(visit)
            detail = since(in_since, desk, zone_of(self._replica.gym), self._clock.now())
            return matter.already_in(self._clock.now(), detail)
        live = self._service.state.is_live
        ruling = hardest(self._judgement.of(member), self._judgement.house(live=live))
        reason = ruling.reason or ""
        if ruling.action == "refuse":
            return self._live.refuse(matter, CheckIn(member_id=member.id), ruling.code or "", reason)
        if ruling.action == "ask" and not sure:
            return self._asked_about(matter.asked(self._clock.now(), reason))
        matter = replace(matter, warning=ruling.reason, remarks=self._judgement.remarks(member))
        request = CheckIn(member_id=member.id, card=card)
        return self._enqueue(matter, request, Undoable(matter.command_id, member.ref))

    def _asked_about(self, asked: Verdict) -> Verdict:
        """Who is asked about again, by a second scan of the card, is passed over once at the most."""
        last = self._asked
        if last is not None and last.member == asked.member and asked.at - last.at < AGAIN:
            asked = replace(asked, command_id=last.command_id)
        self._asked = asked
        return asked

    def pass_over(self, asked: Verdict) -> None:
        if asked.member is not None:
            matter = Matter(command_id=asked.command_id, action="check_in", subject=asked.subject, member=asked.member)
            self._live.pass_over(matter, asked.member.id)

    def check_out(self, who: Member | str, card: str | None = None) -> Verdict:
        if (no := self._only_looks("check_out", who)) is not None:
            return no
        member = _known(self._replica, who)
        if member is None:
            code = str(who).strip()
            return self._live.ask_by_code(Matter.of(self._new_id(), "check_out", code), CheckOut(code=code))
        matter = Matter.of(self._new_id(), "check_out", member)
        in_since = self._presence.since(member.id)
        if in_since is None:
            return self._live.refuse(matter, CheckOut(member_id=member.id), "not_checked_in", "not checked in")
        request = CheckOut(member_id=member.id, card=_card(self._replica, who, card))
        return self._enqueue(matter, request, Undoable(matter.command_id, member.ref, in_since))

    def override(self, who: MemberRef, override: Override) -> Verdict:
        if (no := self._only_looks("check_in", who)) is not None:
            return no
        matter = replace(Matter.of(self._new_id(), "check_in", who), overrides=True)
        guest = self.membership.turned_away(who, self._replica.members.member(who.id))
        return self._live.override(matter, CheckIn(member_id=who.id, override=override, guest=guest))

    def undo(self, done: Undoable | None = None) -> Verdict | None:
        done = done or self._replica.undoable
        if done is None:
            return None
        if (no := self._only_looks("undo", done.member)) is not None:
            return no
        undoes: CommandKind = "check_in" if done.since is None else "check_out"
        matter = replace(Matter.of(self._new_id(), "undo", done.member), undoes=undoes)
        # Before it is written down: whoever hears of the queue asks at once who is in.
        self._presence.reopens(matter.command_id, done.since)
        verdict = self._enqueue(matter, Undo(command_id=done.command_id), None)
        if verdict.kind == "refused":
            self._presence.reopens(matter.command_id, None)
        return verdict

    def _save(self, matter: Matter, request: SaveMember | SaveCard) -> Verdict:
        """What is done to a member."""
        if (why := self.looks_on) is not None:
            return matter.looks_on(self._clock.now(), why)
        return self._enqueue(matter, request, None)

    def _enqueue(self, matter: Matter, request: Queued, done: Undoable | None) -> Verdict:
        """Durable first, then said and sent: nobody is told of a command that a power cut could take back."""
        sent = self._service.state.is_live
        row = given_now(matter, replace(request, queued_by=self._service.user), self._clock, live=sent)
        pending = Pending(row, is_told_unsent=not sent, warning=matter.warning, remarks=matter.remarks)
        pending.given = None if self._clock.is_heard else self._clock.timer()
        self._clock.keep()
        try:
            self._queue.add(pending, done)
        except ReplicaError:
            logger.exception("A command could not be written down")
            return matter.not_written(self._clock.now())
        self._queue_changed()
        return matter.queued(self._clock.now(), sent=sent)


def _known(replica: Replica, who: Member | str) -> Member | None:
    """The member as the directory has it now, or whose code that is exactly."""
    return replica.members.member(who.id) or who if isinstance(who, Member) else replica.members.by_code(who)


def _card(replica: Replica, who: Member | str, card: str | None) -> str | None:
    """The code on file, where the member is known by one."""
    return replica.members.owners(who)[0].card.code if isinstance(who, str) else card
