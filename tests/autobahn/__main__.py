"""`python -m tests.autobahn [CASES]`: Autobahn against our server and our client, beside those of the bare library.

A table of how its cases went, and the cases in which ours went otherwise than the library's: then exit code 1. It takes
some five minutes, `python -m tests.autobahn '1.*,5.*'` less. Python 3.11 or 3.12.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import os
import socket
import subprocess
import sys
from asyncio.subprocess import Process
from collections import Counter
from pathlib import Path
from typing import Any, Final

from tests.autobahn import echoes, sources
from tests.waiting import until

HERE: Final = Path(".autobahn")
ALL: Final = "1.*,2.*,3.*,4.*,5.*,6.*,7.*,10.*"  # without performance and compression, which we do not speak
BY_CHANCE: Final = ("3.", "4.")  # whether an echo is out before the bad octets come: OK, or NON-STRICT
MISSING: Final = "This needs two more parts: `pip install -e '.[autobahn]'`, and Python 3.11 or 3.12."

Outcome = tuple[str, str, int | None]
Reports = dict[str, dict[str, Outcome]]


def main() -> None:
    """Plays; 1 where there is a difference."""
    parser = argparse.ArgumentParser(prog="python -m tests.autobahn", description="RFC 6455, case by case")
    parser.add_argument("cases", nargs="?", default=ALL)
    chosen = parser.parse_args()
    if importlib.util.find_spec("twisted") is None or importlib.util.find_spec("lib2to3") is None:
        sys.exit(MISSING)
    HERE.mkdir(exist_ok=True)
    try:
        library = sources.fetched(HERE)
    except subprocess.CalledProcessError:
        sys.exit("Autobahn cannot be fetched: please look at what pip says above.")
    found = {side: asyncio.run(play(library, chosen.cases)) for side, play in SIDES.items()}
    differences = [sentence for side, reports in found.items() for sentence in differing(side, reports)]
    print("\n".join([*(line for side, reports in found.items() for line in table(side, reports)), *differences]))
    sys.exit(bool(differences))


async def _servers(library: Path, cases: str) -> Reports:
    async with echoes.servers() as urls:
        peer = await _peer(library, "client", cases, *(f"{agent}={url}" for agent, url in urls.items()))
        await peer.wait()
    return _reports("client")


async def _clients(library: Path, cases: str) -> Reports:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    peer = await _peer(library, "server", cases, f"ws://127.0.0.1:{port}")
    try:
        await until(lambda: _listens(port))
        for agent in echoes.CLIENTS:
            await echoes.visit(f"ws://127.0.0.1:{port}", agent)
    finally:
        peer.terminate()
        await peer.wait()
    return _reports("server")


SIDES: Final = {"server": _servers, "client": _clients}


def _listens(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


async def _peer(library: Path, side: str, cases: str, *urls: str) -> Process:
    script = Path(__file__).with_name("peer.py")
    command = [sys.executable, str(script), side, str(HERE / side), cases, *urls]
    with (HERE / f"{side}.log").open("wb") as log:
        return await asyncio.create_subprocess_exec(
            *command, env={**os.environ, "PYTHONPATH": str(library)}, stdout=log, stderr=log
        )


def _reports(side: str) -> Reports:
    index = HERE / side / "index.json"
    if not index.exists():
        sys.exit(f"Autobahn has come to no end: see {HERE / side}.log.")
    said: dict[str, dict[str, Any]] = json.loads(index.read_text())
    return {
        agent: {
            case: (each["behavior"], each["behaviorClose"], each["remoteCloseCode"]) for case, each in cases.items()
        }
        for agent, cases in said.items()
    }


def table(side: str, reports: Reports) -> list[str]:
    """How often which behaviour, a line an agent."""
    return [
        f"{side:<8}{agent:<12}"
        + ", ".join(
            f"{count} {behaviour}" for behaviour, count in Counter(each[0] for each in cases.values()).most_common()
        )
        for agent, cases in sorted(reports.items())
    ]


def differing(side: str, reports: Reports) -> list[str]:
    """A sentence on each case that did not end alike."""
    bare, ours = reports.get("websockets", {}), reports.get("gymtui", {})
    return [
        f"case {case} of the {side}: {bare.get(case)} in websockets, {ours.get(case)} in gymtui"
        for case in sorted(bare.keys() | ours.keys() or {"of any kind"})
        if case not in bare or _same(case, bare[case]) != _same(case, ours.get(case))
    ]


def _same(case: str, outcome: Outcome | None) -> object:
    if outcome is not None and case.startswith(BY_CHANCE):
        return outcome[1:], outcome[0] in ("OK", "NON-STRICT")
    return outcome


if __name__ == "__main__":
    main()
