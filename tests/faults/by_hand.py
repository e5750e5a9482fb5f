"""The command line of the proxy: what is wrong, in words, and a line until Ctrl+C."""

from __future__ import annotations

import asyncio
import os
import re
from argparse import ArgumentParser, ArgumentTypeError
from contextlib import suppress
from typing import Any, Final

from tests.faults.proxy import BOTH, HOST, Proxy

SECONDS: Final = {"ms": 0.001, "s": 1.0, "": 1.0}
BYTES: Final = {"k": 1000, "m": 1_000_000, "": 1}
KNOWN: Final = (
    "latency=200ms, jitter=50ms, bandwidth=960 (bytes a second), slice=1, close=100k, reset=100k, "
    "black-hole, black-hole=there, black-hole=back, half-open"
)


def read(text: str) -> dict[str, Any]:
    """`latency=200ms,jitter=50ms` as the fields of Faults."""
    found: dict[str, Any] = {}
    for word in text.split(","):
        name, _, value = word.strip().partition("=")
        match name:
            case "latency" | "jitter":
                found[name] = _number(word, value, SECONDS)
            case "bandwidth":
                found[name] = _number(word, value, BYTES)
            case "slice" | "close" | "reset":
                found[name] = int(_number(word, value, BYTES))
            case "black-hole" if value in ("", *BOTH):
                found["hole"] = frozenset((value,)) if value else BOTH
            case "half-open" if not value:
                found["half_open"] = True
            case _:
                raise ArgumentTypeError(f"There is no fault {word.strip()!r}: please choose among {KNOWN}.")
    return found


def _number(word: str, value: str, units: dict[str, Any]) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([a-z]*)", value.lower())
    if match is None or match[2] not in units or float(match[1]) == 0:
        known = ", ".join(unit for unit in units if unit)
        raise ArgumentTypeError(f"{word.strip()!r} needs a number above 0, with {known} or nothing behind it.")
    return float(match[1]) * float(units[match[2]])


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) < 65536:
        raise ArgumentTypeError(f"{text!r} is no port: please give a number from 0 to 65535.")
    return int(text)


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host:
        raise ArgumentTypeError(f"{text!r} is no address: please give HOST:PORT, like {HOST}:8765.")
    return host, _port(port)


def parser() -> ArgumentParser:
    """The command line."""
    made = ArgumentParser(prog="python -m tests.faults.proxy", description="A TCP line that can be broken.")
    made.add_argument("--listen", type=_port, default=0, metavar="PORT", help="a port of this machine; 0 picks one")
    made.add_argument("--to", type=_address, required=True, metavar="HOST:PORT", help="the server")
    made.add_argument("--fault", type=read, action="append", default=[], metavar="NAME=VALUE", help=KNOWN)
    return made


async def pass_on(listen: int, to: tuple[str, int], faults: dict[str, Any]) -> None:
    """Until cancelled."""
    async with Proxy(to[1], to_host=to[0], port=listen, **faults) as proxy:
        print(f"listening on {HOST}:{proxy.port}", flush=True)
        try:
            await asyncio.Event().wait()
        finally:
            there, back = proxy.carried.values()
            print(f"{proxy.accepted} connections, {there:,} bytes there, {back:,} bytes back", flush=True)


def main() -> None:
    """Passes everything on until Ctrl+C."""
    made = parser()
    given = made.parse_args()
    faults = {name: value for fault in given.fault for name, value in fault.items()}
    try:
        with suppress(KeyboardInterrupt):
            asyncio.run(pass_on(given.listen, given.to, faults))
    except OSError as error:
        where, why = f"{HOST}:{given.listen}", os.strerror(error.errno or 0)
        made.exit(1, f"Nobody can listen on {where} ({why}): please choose another --listen.\n")
