"""`python -m tests.conformance URL --token T`: one line a sentence; 0 where all that was tried holds, else 1."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from typing import Final

from websockets.exceptions import WebSocketException

from tests.conformance import (
    commands,
    entrance,
    envelope,
    journal,
    limits,
    offline,
    older_clients,
    queries,
    roles,
    roll_calls,
    rules,
)
from tests.conformance.contract import CONTRACT, Trial, play
from tests.conformance.gym import Broken, Gym, Untried

CHAPTERS: Final = (
    *(envelope, entrance, commands, rules, offline, journal, queries),
    *(roles, roll_calls, limits, older_clients),
)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    made.add_argument("url", help="ws://HOST:8765/ws/checkins/")
    made.add_argument("--token", required=True, help="an access token of staff or of a manager")
    made.add_argument("--operator-token", help="to try what an operator may not do")
    made.add_argument("--manager-token", help="to make members, and to try what only a manager may do")
    return made


def whole() -> dict[str, Trial]:
    """The contract, chapter by chapter."""
    order = [chapter.__name__ for chapter in CHAPTERS]
    return dict(sorted(CONTRACT.items(), key=lambda item: order.index(item[1].__module__)))


async def run(url: str, *tokens: str | None) -> int:
    """Prints what holds; gives the exit code."""
    gym = Gym(url, [token for token in tokens if token])
    try:
        await gym.look()
    except (Broken, Untried, OSError, WebSocketException) as error:
        print(f"Nothing can be tried at {url}: {error}", file=sys.stderr)
        return 1
    findings = await play(gym, whole())
    for finding in findings:
        print(finding)
    counts = Counter(finding.verdict for finding in findings)
    print(f"{counts['holds']} hold, {counts['does not hold']} do not, {counts['not tried']} could not be tried.")
    return 1 if counts["does not hold"] else 0


if __name__ == "__main__":
    given = parser().parse_args()
    sys.exit(asyncio.run(run(given.url, given.token, given.operator_token, given.manager_token)))
