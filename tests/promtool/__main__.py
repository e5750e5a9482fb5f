"""`python -m tests.promtool`: Prometheus' own tool checks the rules, what rings by them, the dashboard's expressions,
and what a server answers. It is in Debian's package `prometheus`."""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.gym_kit import make_gym
from tests.http_token_kit import ask
from tests.kit import serving
from tests.promtool import ALERTS, RINGS, panels


async def answered(folder: Path) -> str:
    """What a server says at `/metrics`."""
    make_gym(folder / "gym.db")
    async with serving(folder / "gym.db") as server:
        return (await ask(server.url, "/metrics", method="GET")).body


def as_rules(file: Path) -> Path:
    """The expressions of the dashboard as rules, which the tool can read. JSON is YAML too."""
    rules = [{"record": f"panel:{number}", "expr": expr} for number, (_, expr) in enumerate(panels())]
    file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    return file


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.promtool", description=__doc__)
    parser.add_argument("--promtool", default="promtool", metavar="PATH", help="where it is, unless on the path")
    promtool = parser.parse_args().promtool
    with tempfile.TemporaryDirectory() as folder:
        metrics = asyncio.run(answered(Path(folder)))
        checks = (
            ("check", "rules", str(ALERTS)),
            ("test", "rules", str(RINGS)),
            ("check", "rules", str(as_rules(Path(folder) / "dashboard.yml"))),
            ("check", "metrics"),
        )
        ended = [subprocess.run([promtool, *words], input=metrics, text=True, check=False) for words in checks]
    return max(done.returncode for done in ended)


if __name__ == "__main__":
    sys.exit(main())
