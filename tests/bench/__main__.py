"""Measures the project: `python -m tests.bench`; with names, these parts alone. Figures are of the processor's time
where that can be; what is waited says little on a machine that has other work.

Each part is measured several times; `--compare` sets the medians beside those of an earlier `--json`, and marks what is
better or worse in all repeats than in all of the others. The exit status is 1 where a part could not be measured.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import msgspec
import uvloop
from rich.console import Console

from tests.bench import (
    commands,
    connections,
    desk,
    fan_out,
    growth_journal,
    growth_load,
    growth_members,
    history,
    importing,
    operators,
    replay,
    reply,
    screens,
    search,
    slow_readers,
    start_up,
    stores,
    terminal_bytes,
)
from tests.bench.effort import QUICK, WHOLE, Effort
from tests.bench.figures import Figure, Run
from tests.bench.machine import load, this_machine
from tests.bench.tables import comparison, part_table, told

Part = Callable[[Path, Effort], Awaitable[list[Figure]]]
PARTS: Final[Mapping[str, Part]] = {
    "fan-out": fan_out.measure,
    "commands": commands.measure,
    "reply": reply.measure,
    "connections": connections.measure,
    "slow-readers": slow_readers.measure,
    "replay": replay.measure,
    "desk": desk.measure,
    "operators": operators.measure,
    "bytes": terminal_bytes.measure,
    "start-up": start_up.measure,
    "search": search.measure,
    "import": importing.measure,
    "history": history.measure,
    "screens": screens.measure,
    "stores": stores.measure,
    "growth-load": growth_load.measure,
    "growth-members": growth_members.measure,
    "growth-journal": growth_journal.measure,
}
LONG: Final = ("history", "operators", "screens", "stores", "growth-load", "growth-members", "growth-journal")
"""Parts that take minutes."""
NAMES: Final = f"{', '.join(PARTS)}; {', '.join(LONG)} only where they are named"


def measured(parts: Sequence[str], effort: Effort, console: Console) -> Run:
    """These parts, one after the other; each is shown when it is done."""
    before, done, failed = load(), dict[str, list[Figure]](), dict[str, str]()
    for name in parts:
        try:
            with TemporaryDirectory(prefix="gymtui-bench-") as folder:
                done[name] = uvloop.run(_found(PARTS[name], Path(folder), effort))
        except Exception as error:  # noqa: BLE001  the others are measured all the same
            failed[name] = f"{type(error).__name__}: {error}"
            traceback.print_exc()
            console.print(f"{name} could not be measured: {failed[name]}", markup=False)
        else:
            console.print(part_table(name, done[name]))
    return Run(machine=this_machine(before), parts=done, failed=failed)


async def _found(part: Part, folder: Path, effort: Effort) -> list[Figure]:
    return await part(folder, effort)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures, prints, compares; the exit status."""
    options = argparse.ArgumentParser("python -m tests.bench", description=__doc__)
    options.add_argument(
        "parts",
        nargs="*",
        choices=[[], *PARTS],
        metavar="PART",
        help=f"{', '.join(PARTS)}; of these {', '.join(LONG)} only where they are named",
    )
    options.add_argument("--json", metavar="FILE", help="keep it there as JSON; - is the standard output")
    options.add_argument("--compare", metavar="FILE", type=Path, help="an earlier --json")
    options.add_argument("--quick", action="store_true", help="once, and a fifth of everything")
    given = options.parse_args(arguments)
    console = Console(stderr=given.json == "-", width=140)
    earlier = msgspec.json.decode(given.compare.read_bytes(), type=Run) if given.compare else None
    run = measured(
        given.parts or [name for name in PARTS if name not in LONG], QUICK if given.quick else WHOLE, console
    )
    console.print(told(run.machine), markup=False)
    for table in comparison(run, earlier) if earlier else ():
        console.print(table)
    if given.json:
        text = msgspec.json.format(msgspec.json.encode(run)).decode() + "\n"
        sys.stdout.write(text) if given.json == "-" else Path(given.json).write_text(text)
    return 1 if run.failed else 0


if __name__ == "__main__":
    sys.exit(main())
