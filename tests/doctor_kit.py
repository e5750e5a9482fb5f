"""What the tests of `gymtui doctor` share."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from typing import Any

from gymtui.doctor import way
from gymtui.doctor.finding import Finding


def told(findings: Iterable[Finding]) -> dict[str, tuple[str, str]]:
    """Mark and sentence by what they are about; of two the later one."""
    return {finding.about: (finding.mark, finding.sentence) for finding in findings}


async def way_to(url: str, **asked: Any) -> dict[str, tuple[str, str]]:
    """What is told of the way, looked at from another thread: it blocks."""
    return await asyncio.to_thread(lambda: told(way.look(way.Asked(url=url, **asked))))


def nobodys_port() -> int:
    """A port of this machine at which nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port
