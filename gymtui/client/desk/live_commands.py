"""Live commands: asked once, beside the outbox, and not kept. The person has been told already, nobody here knows the
code, or a PIN is in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from msgspec import Raw
from msgspec.structs import replace

from gymtui import clock
from gymtui.client.connection.service import WebSocketService
from gymtui.client.desk.outbox_queue import Pending
from gymtui.client.desk.refusals import Refusals
from gymtui.client.desk.verdicts import Matter, may_be_number
from gymtui.client.errors import Disconnected, RequestRefused
from gymtui.client.replica.replica import Replica
from gymtui.client.state import Verdict
from gymtui.protocol import CheckIn, CheckOut, ErrorBody
from gymtui.unknown_card import unknown_card

CODE: Final = 64  # characters of the longest code there can be


class LiveCommands:
    """Asks beside the queue, and only while there is a server, and has what to say until it answers; `on_outcome` hears
    the result, the refusal, or that nobody knows (None). Of whom this desk refuses, `refusals` keeps what no server has
    heard."""

    def __init__(
        self,
        service: WebSocketService,
        replica: Replica,
        on_outcome: Callable[[Matter, Raw | ErrorBody | None], None],
        refusals: Refusals,
        *,
        clock: clock.Clock = clock.now,
    ) -> None:
        self._service = service
        self._replica = replica
        self._on_outcome = on_outcome
        self._refusals = refusals
        self._clock = clock
        self._asking: set[asyncio.Task[None]] = set()

    def ask_by_code(self, matter: Matter, request: CheckIn | CheckOut) -> Verdict:
        """Nobody this desk knows of. Where that cannot be a card, it may be a PIN or a password: it stays here, and the
        server is told of an unknown card at the most."""
        code = request.code or ""
        if self._service.state.is_live and self._server_may_know(code):
            self._ask(matter, request)
            return matter.queued(self._clock(), sent=True)
        if may_be_number(code):
            asked = replace(request, code=None, unknown_card=unknown_card(code))
            self._tell(matter, asked, CheckIn(unknown_card=self._refusals.card(code)))
        return matter.unknown(self._clock())

    def _server_may_know(self, code: str) -> bool:
        """Of a card like others here, since what is new there comes here a moment later; of any, while the directory is
        still coming in."""
        _, complete = self._replica.directory
        can_be_code = code.isprintable() and 0 < len(code) <= CODE
        return can_be_code and (not complete or (may_be_number(code) and self._replica.members.has_like(code)))

    def refuse(self, matter: Matter, request: CheckIn | CheckOut, code: str, reason: str) -> Verdict:
        """Refused here at once; the server journals that, or knows better."""
        if matter.member is not None:
            self._tell(matter, request, CheckIn(passed_over=matter.member.id, refused_as=code))
        return matter.refused(self._clock(), code, reason, live=self._service.state.is_live)

    def pass_over(self, matter: Matter, member_id: str) -> None:
        """Somebody was asked about, and has not been let in: the server journals that."""
        self._tell(matter, CheckIn(passed_over=member_id), CheckIn(passed_over=member_id, refused_as="gym_full"))

    def override(self, matter: Matter, request: CheckIn) -> Verdict:
        """A manager lets somebody in: at a server that is there now, or not at all."""
        if not self._service.state.is_live:
            return matter.needs_server(self._clock())
        self._ask(matter, request)
        return matter.queued(self._clock(), sent=True)

    async def stop(self) -> None:
        """Whoever waits for an answer will not get one."""
        tasks = list(self._asking)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _tell(self, matter: Matter, request: CheckIn | CheckOut, refused: CheckIn) -> None:
        """The person has been told no: a server that is there hears of it now, any other what was `refused`."""
        kept = self._refusals.now(matter.command_id, refused)
        if self._service.state.is_live:
            self._ask(matter, request, kept)
        else:
            self._refusals.keep(kept)

    def _ask(self, matter: Matter, request: CheckIn | CheckOut, told: Pending | None = None) -> None:
        """Asks now. Where the person has been `told` no already, only a yes is news."""
        task = asyncio.get_running_loop().create_task(self._exchange(matter, request, told))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def _exchange(self, matter: Matter, request: CheckIn | CheckOut, told: Pending | None) -> None:
        outcome: Raw | ErrorBody | None
        try:
            outcome = await self._service.request(request, id=matter.command_id)
        except RequestRefused as refused:
            outcome = refused.body
        except Disconnected:
            outcome = None
            if told is not None:
                self._refusals.keep(told)
        if isinstance(outcome, Raw) or told is None:
            self._on_outcome(matter, outcome)
