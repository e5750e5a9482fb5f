"""Many clients check in the same member at once, round after round: each round opens exactly one visit.

python -m tests.faults.one_member --clients 50 --rounds 200

Exit code 1 where a round had another outcome, for the clients or in the server's database.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from gymtui.client import Bookmark, WebSocketService
from gymtui.client.errors import RequestRefused
from gymtui.client.unattended import until_live
from gymtui.protocol import CheckIn, CheckOut
from tests.client_kit import running
from tests.faults.audit import broken_rules, reading
from tests.faults.program import Gym, serving

MEMBER = "0"


class OneMember:
    """One gym with one member, and many clients."""

    def __init__(self, folder: Path) -> None:
        self.gym = Gym(folder, 1)
        self.outcomes: Counter[str] = Counter()  # what the clients were told
        self.failures: list[str] = []

    async def run(self, *, clients: int, rounds: int, say: Callable[[str], None]) -> None:
        """So many rounds; `say` hears how it goes."""
        async with serving(self.gym), AsyncExitStack() as stack:
            services = [self.gym.service(Bookmark()) for _ in range(clients)]
            for service in services:
                await stack.enter_async_context(running(service.run, service.close))
            await asyncio.gather(*(until_live(service) for service in services))
            for number in range(1, rounds + 1):
                await self._round(number, services)
                if number % 20 == 0:
                    say(f"{number:5} rounds  {dict(self.outcomes)}")
        self._look(rounds)

    async def _round(self, number: int, services: Sequence[WebSocketService]) -> None:
        """All at once come in, one goes out."""
        told = Counter(await asyncio.gather(*(_check_in(service) for service in services)))
        if told != {"checked_in": 1, "already_checked_in": len(services) - 1}:
            self.failures.append(f"round {number}: {dict(told)}")
        self.outcomes += told
        await services[number % len(services)].request(CheckOut(code=MEMBER))

    def _look(self, rounds: int) -> None:
        """In the database, a round is a visit."""
        with reading(self.gym.database) as db:
            self.failures += broken_rules(db)
            (visits,) = db.execute("SELECT count(*) FROM visits").fetchone()
            (refused,) = db.execute("SELECT count(*) FROM journal WHERE type = 'refusal'").fetchone()
        if (visits, refused) != (rounds, self.outcomes["already_checked_in"]):
            self.failures.append(f"the database has {visits} visits and {refused} refusals")


async def _check_in(service: WebSocketService) -> str:
    try:
        await service.request(CheckIn(code=MEMBER))
    except RequestRefused as refused:
        return refused.body.code
    return "checked_in"


def main() -> None:
    """Plays the rounds; 1 where one of them opened no visit, or two."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults.one_member", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=200)
    chosen = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="one-member-") as folder:
        run = OneMember(Path(folder))
        asyncio.run(run.run(clients=chosen.clients, rounds=chosen.rounds, say=print))
    print(f"one member: {chosen.clients} clients at once, {chosen.rounds} rounds in {time.monotonic() - began:.0f} s")
    print(f"  visits opened         {run.outcomes['checked_in']:,}")
    print(f"  told already in       {run.outcomes['already_checked_in']:,}")
    for failure in run.failures[:20]:
        print(f"    {failure}")
    print("  FAILED" if run.failures else "  exactly one a round")
    sys.exit(bool(run.failures))


if __name__ == "__main__":
    main()
