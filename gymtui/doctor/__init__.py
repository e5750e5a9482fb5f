"""`gymtui doctor`: what this machine needs to be a desk or a server, looked at line by line, with what to do."""

from __future__ import annotations

import json as jsons
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from gymtui.config import data_folder
from gymtui.database_url import is_url
from gymtui.doctor import database as gym
from gymtui.doctor import machine, way
from gymtui.doctor.finding import Finding
from gymtui.errors import GymError
from gymtui.output import say


class Unwell(GymError):
    """Something is bad."""


def run(*, url: str, token: str | None, database: str, ca: str | None, allow_cleartext: bool, json: bool) -> None:
    """One line a finding, and `Unwell` at the end where one is bad. It changes nothing, and prints no secret."""
    found = []
    asked = way.Asked(url=url, token=token, ca=ca, allow_cleartext=allow_cleartext)
    for finding in _all(asked, database):
        found.append(finding)
        _tell(finding, as_json=json)
    if bad := [finding.about for finding in found if finding.mark == "bad"]:
        raise Unwell(f"Please see to what is bad: {', '.join(dict.fromkeys(bad))}.")


def _all(asked: way.Asked, database: str) -> Iterator[Finding]:
    yield from machine.versions()
    yield from machine.clock()
    folders = [data_folder()] if is_url(database) else [data_folder(), Path(database).parent]
    yield from machine.disks(dict.fromkeys(folders))
    yield from machine.terminal(machine.Terminal.of(sys.stdin, sys.stderr), os.environ)
    yield from gym.look(database, is_here=asked.is_here)
    yield from way.look(asked)


def _tell(finding: Finding, *, as_json: bool) -> None:
    if as_json:
        said = {"about": finding.about, "mark": finding.mark, "sentence": finding.sentence}
        print(jsons.dumps(said), flush=True)
    else:
        say(f"{finding.mark:<5}{finding.about:<10}{finding.sentence}")
