"""Pulls the plug while somebody scans at the real console: nothing is green that is not on disk at the server.

python -m tests.faults.plug --rounds 40 --seed 1

A real server, a real `gymtui` in a terminal of 80x24, a line between them that can be broken, a small disk for each. In
every round members are scanned in and out in bursts, and at a random moment something goes, another thing each time. An
eye is on every frame. While it is gone, what is scanned is amber, or red where the desk's own disk is full; then the
queue empties by itself, and everything scanned is in the journal exactly once. Exit code 1 where it is otherwise.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from gymtui.client import Replica
from server.store.opening import open_store
from tests.faults.audit import broken_rules, reading
from tests.faults.eye import Journal
from tests.faults.hashes import of_replica, of_store
from tests.faults.house import House
from tests.faults.outages import DISKS, PLUGS, Outages, Plug
from tests.faults.scanner import Person, Scan, Scanner, people
from tests.small_disk import SmallDisk

ARRIVALS: Final = 14  # members of one round who come in while it goes on
OTHERS: Final = 10  # and who may come while something is gone
MOMENT: Final = 0.8  # seconds of scanning within which the plug is pulled


def is_live(text: str) -> bool:
    """Does the screen say so, and nothing of a queue?"""
    return re.search("● live(?!.*queued)", text) is not None


def is_amber(text: str) -> bool:
    """Is the verdict on it that somebody is queued?"""
    return re.search("^  … ", text, re.MULTILINE) is not None


class Pulling:
    """One gym, for `rounds` of them; with the disks, these can be filled too."""

    def __init__(
        self,
        folder: Path,
        *,
        rounds: int,
        seed: int,
        server_disk: SmallDisk | None = None,
        desk_disk: SmallDisk | None = None,
    ) -> None:
        self.seed = seed
        self.pulled: Counter[Plug] = Counter()
        self._random = random = Random(seed)
        self._rounds = rounds
        everybody = list(islice(people(random), rounds * (ARRIVALS + OTHERS)))
        self._coming = iter(everybody)
        self._inside: list[Person] = []  # since the round before
        self._began = time.monotonic()
        self.house = House(folder, [person.fields for person in everybody], server_disk, desk_disk)
        self.scanner = Scanner(self.house.type, random)
        self.outages = Outages(self.house, self.scanner, random)

    @property
    def failures(self) -> list[str]:
        """What the eye saw that may not be, and what went wrong with the outages."""
        return [*self.house.eye.problems, *self.outages.wrong]

    async def run(self, plugs: Sequence[Plug], *, say: Callable[[str], None]) -> None:
        """Every round with the next of `plugs`, until something is wrong; `say` hears how it goes after each."""
        asyncio.get_running_loop().set_exception_handler(self._eye_failed)
        async with self.house.open():
            try:
                await self.house.console.terminal.until("● live")
                await self.outages.until(lambda: self.house.console.knows_all, "the directory never came")
                for plug in islice(cycle(plugs), self._rounds):
                    await self._round(plug)
                    self.pulled[plug] += 1
                    say(self._line(plug))
                    if self.failures:
                        return
                await self._compare()
            except* AssertionError as errors:  # the screen never showed what it had to
                self.outages.wrong += map(str, errors.exceptions)

    def _eye_failed(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """It looks whenever something is drawn, and what it raises would be lost there."""
        self.outages.wrong.append(f"{context['message']}: {context.get('exception')!r}")

    async def _round(self, plug: Plug) -> None:
        self.scanner.turn()
        self.house.eye.turn()
        arrivals = list(islice(self._coming, ARRIVALS))
        others = (person for person in islice(self._coming, OTHERS) if person.allowed)
        scans = [*(Scan(person) for person in arrivals), *(Scan(person, "out") for person in self._inside)]
        self._random.shuffle(scans)
        async with asyncio.TaskGroup() as meanwhile:
            meanwhile.create_task(self.scanner.scan_all(scans))
            await asyncio.sleep(self._random.uniform(0, MOMENT))
            await self.outages.pull(plug, others)
        if plug == "fill the desk's disk":
            await self._until_quiet()
            self.outages.look_at_refusals()
            await self.scanner.scan_again()
        await self._until_quiet()
        await self.scanner.scan_again(self._not_taken())
        await self._until_quiet()
        await self.outages.until(self._all_is_there, "what was scanned is not all in the journal")
        self.outages.look_at_promises()
        self._audit()
        expected = self.scanner.expected
        came = [scan.person for scan in self.scanner.scanned if scan.did == "in" and scan.person.allowed]
        self._inside = [person for person in came if not expected[person.name, "undone"]]

    # --- the end of a round -----------------------------------------------------------------------------------------

    async def _until_quiet(self) -> None:
        """The desk is live by itself, and has nothing left to tell; no line says otherwise."""
        console = self.house.console
        await self.outages.until(lambda: is_live(console.terminal.text), "the desk never came back by itself")
        await self.outages.until(lambda: not console.queue(), "the queue never emptied")
        await self.outages.until(lambda: not is_amber(console.terminal.text), "amber words never went")

    def _not_taken(self) -> list[Scan]:
        """Lines that a busy machine reads at once are refused in words, and whoever sees that scans once more."""
        self.house.journal.read_on()
        done, expected = self.house.journal.done, self.scanner.expected
        keys = ((scan, (scan.person.name, scan.did)) for scan in self.scanner.scanned)
        return [scan for scan, key in keys if done[key] < expected[key]]

    def _all_is_there(self) -> bool:
        self.house.journal.read_on()
        return self.house.journal.done >= self.scanner.expected

    def _audit(self) -> None:
        """The journal from its beginning, against all that was ever scanned."""
        done, expected = Journal(self.house.gym.database).done, self.scanner.expected
        for name, did in sorted(done.keys() | expected.keys()):
            if done[name, did] != expected[name, did]:
                times = f"{done[name, did]} times in the journal, and not {expected[name, did]}"
                self.outages.wrong.append(f"{name} ({did}) is {times}")
        with reading(self.house.gym.database) as db:
            self.outages.wrong += broken_rules(db)

    async def _compare(self) -> None:
        """The console leaves as a person does, and has the same as the server."""
        await self.outages.until(lambda: self.house.is_even, "the desk never was where the server is")
        file = self.house.console.file
        if (code := await self.house.console.leave()) != 0:
            self.outages.wrong.append(f"the console ended with {code}")
        with closing(Replica(file)) as replica, closing(open_store(self.house.gym.database)) as store:
            if of_replica(replica) != of_store(store):
                self.outages.wrong.append("the desk's copy differs from the server")

    # --- what came of it --------------------------------------------------------------------------------------------

    def _line(self, plug: Plug) -> str:
        eye = self.house.eye
        return (
            f"{time.monotonic() - self._began:5.0f} s  {self.scanner.count:5,} scans  {eye.frames:6,} frames  "
            f"{eye.verdicts['green']:5,} green  {len(self.failures)} wrong  {plug}"
        )

    def page(self) -> str:
        """The verdict."""
        eye, failures = self.house.eye, self.failures
        colours = ", ".join(f"{colour} {count:,}" for colour, count in sorted(eye.verdicts.items()))
        took = f"{time.monotonic() - self._began:.0f} s"
        return "\n".join(
            [
                f"plug: pulled {self.pulled.total()} times while scanning, in {took}, seed {self.seed}",
                *(f"  {plug:31} {count:6,}" for plug, count in self.pulled.items()),
                f"  scans                           {self.scanner.count:6,}",
                f"  to be in the journal            {self.scanner.expected.total():6,}, each exactly once",
                f"  frames looked at                {eye.frames:6,}",
                f"  verdicts on them                {sum(eye.verdicts.values()):6,}: {colours}",
                f"  rows of the feed on them        {len(eye.rows):6,}",
                f"  shown, and not on disk          {len(eye.problems):6,}",
                f"  wrong in another way            {len(self.outages.wrong):6,}",
                *(f"    {failure}" for failure in failures[:20]),
                "  " + ("FAILED" if failures else "every promise was kept"),
            ]
        )


def main() -> None:
    """Pulls the plug as often as wanted; small disks only where they can be mounted."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.plug", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=40, help="how often the plug is pulled")
    parser.add_argument("--seed", type=int, default=1, help="of the people, the moments and the bursts")
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="plug-"))
    with ExitStack() as stack:
        disks: dict[str, SmallDisk] = {}
        plugs: Sequence[Plug] = PLUGS
        try:
            for name in ("server_disk", "desk_disk"):
                disks[name] = stack.enter_context(SmallDisk.mounted(folder / name, "16m"))
        except pytest.skip.Exception as reason:
            plugs = [plug for plug in PLUGS if plug not in DISKS]
            print(f"{' and '.join(DISKS)}: left out, since {reason}")
        pulling = Pulling(folder, rounds=chosen.rounds, seed=chosen.seed, **disks)
        asyncio.run(pulling.run(plugs, say=print))
        print(pulling.page())
    if pulling.failures:
        sys.exit(f"What is left is in {folder}.")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
