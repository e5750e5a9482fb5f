"""The other side, in a process of its own: `peer.py client|server REPORTS CASES AGENT=URL …|URL`, on translated code.

In it a text is bytes, each letter one of them; only what goes over the wire and comes from it has to be bytes here.
"""

from __future__ import annotations

import binascii
import importlib.util
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any


def _octets(value: Any) -> Any:
    return value.encode("latin-1") if isinstance(value, str) else value


def _text(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_text(each) for each in value]
    return value.decode("latin-1") if isinstance(value, bytes | bytearray) else value


def _stand_in(name: str, **has: Any) -> None:
    """For a module that is imported and not needed, or is there no more."""
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(has)


def _prepare() -> None:
    found = importlib.util.find_spec("autobahntestsuite")
    assert found is not None
    folders = list(found.submodule_search_locations or ())

    def file(_: str, name: str) -> str:
        return str(Path(folders[0]) / name)

    _stand_in("autobahntestsuite", __path__=folders, version="")  # its own imports far more than the cases
    _stand_in("pkg_resources", resource_filename=file, resource_string=lambda _, name: Path(file(_, name)).read_bytes())
    _stand_in("jinja2")
    import twisted.internet
    import zope.interface

    twisted.internet.ssl = types.SimpleNamespace(ClientContextFactory=lambda: None)
    zope.interface.implements = lambda *_: None
    hexlified = binascii.b2a_hex
    vars(binascii)["b2a_hex"] = lambda data, *more: hexlified(_octets(data), *more).decode()
    from autobahn.websocket.utf8validator import Utf8Validator

    validate = Utf8Validator.validate
    Utf8Validator.validate = lambda validator, data: validate(validator, _octets(data))


def _at_the_wire(protocol: Any) -> None:
    def sends(name: str, place: int) -> None:
        sent: Callable[..., Any] = getattr(protocol, name)

        def send(self: Any, *given: Any, **named: Any) -> Any:
            octets = [_octets(value) if number == place else value for number, value in enumerate(given)]
            return sent(
                self, *octets, **{key: _octets(value) if key == "payload" else value for key, value in named.items()}
            )

        setattr(protocol, name, send)

    def hears(name: str) -> None:
        heard: Callable[..., Any] = getattr(protocol, name)
        setattr(protocol, name, lambda self, payload, *more: heard(self, _text(payload), *more))

    for name, place in (("sendFrame", 1), ("sendMessageFrameData", 0), ("sendMessageFrame", 0), ("sendData", 0)):
        sends(name, place)
    for name in ("sendMessage", "sendPing", "sendPong"):
        sends(name, 0)
    for name in ("onMessage", "onPong"):
        hears(name)


def main(side: str, reports: str, cases: str, *urls: str) -> None:
    """Plays until all is played (client), or until it is ended (server); `REPORTS/index.json` says how it went."""
    _prepare()
    from autobahntestsuite import fuzzing
    from autobahntestsuite.case.case import Case
    from twisted.internet import reactor

    def counted(which: str) -> Callable[..., None]:
        def count(self: Any, header: Any, *_: Any) -> None:
            known = getattr(self, which)
            known[header.opcode] = known.get(header.opcode, 0) + 1

        return count

    def report(self: Any, *_: Any) -> None:
        Path(reports).mkdir(parents=True, exist_ok=True)
        self.createMasterReportJSON(reports)

    every = fuzzing.FuzzingProtocol
    every.logRxFrame, every.logTxFrame = counted("rxFrameStats"), counted("txFrameStats")
    every.logRxOctets = every.logTxOctets = lambda *_: None
    fuzzing.FuzzingFactory.createReports = report
    Case.compare = lambda _, one, other: _text(one) == _text(other)
    fuzzing.asciiLogData = lambda data, *_: str(data)[:64]
    for protocol in (fuzzing.FuzzingServerProtocol, fuzzing.FuzzingClientProtocol):
        _at_the_wire(protocol)
    asked: dict[str, Any] = {
        "outdir": reports,
        "cases": cases.split(","),
        "exclude-cases": [],
        "exclude-agent-cases": {},
    }
    if side == "client":
        servers = [dict(zip(("agent", "url"), each.split("=", 1), strict=True)) for each in urls]
        fuzzing.startClient({**asked, "servers": servers})
    else:
        fuzzing.startServer({**asked, "url": urls[0]}, None)
    reactor.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
