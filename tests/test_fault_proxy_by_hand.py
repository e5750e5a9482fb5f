"""The line that can be broken, from the command line: what is wrong in words, and wrong usage in sentences."""

from __future__ import annotations

import asyncio
import signal
import sys

import pytest

from tests.faults.by_hand import parser, read
from tests.faults.proxy import BOTH, HOST
from tests.test_fault_proxy import Behind, echo
from tests.waiting import WITHIN

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("latency=200ms,jitter=50ms", {"latency": 0.2, "jitter": 0.05}),
        ("latency=1s", {"latency": 1.0}),
        ("latency=0.5", {"latency": 0.5}),
        ("bandwidth=960", {"bandwidth": 960.0}),
        ("bandwidth=100k, slice=1", {"bandwidth": 100_000.0, "slice": 1}),
        ("close=1M", {"close": 1_000_000}),
        ("reset=10k", {"reset": 10_000}),
        ("black-hole", {"hole": BOTH}),
        ("black-hole=back,half-open", {"hole": frozenset(("back",)), "half_open": True}),
    ],
)
def test_faults_in_words(text: str, faults: dict[str, object]) -> None:
    assert read(text) == faults


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--to", "127.0.0.1:1", "--fault", "speed=3"), "There is no fault 'speed=3': please choose among latency="),
        (("--to", "127.0.0.1:1", "--fault", "half-open=1"), "There is no fault 'half-open=1'"),
        (("--to", "127.0.0.1:1", "--fault", "black-hole=up"), "There is no fault 'black-hole=up'"),
        (("--to", "127.0.0.1:1", "--fault", "latency=fast"), "'latency=fast' needs a number above 0, with ms, s or"),
        (("--to", "127.0.0.1:1", "--fault", "bandwidth=0"), "'bandwidth=0' needs a number above 0, with k, m or"),
        (("--to", "8765"), "'8765' is no address: please give HOST:PORT, like 127.0.0.1:8765."),
        (("--to", "127.0.0.1:http"), "'http' is no port: please give a number from 0 to 65535."),
        (("--listen", "70000", "--to", "127.0.0.1:1"), "'70000' is no port"),
        ((), "the following arguments are required: --to"),
    ],
)
def test_wrong_usage_is_a_sentence(
    arguments: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(arguments)
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err


async def test_a_line_by_hand_until_it_is_interrupted() -> None:
    async with asyncio.timeout(WITHIN), Behind() as behind:
        program = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.faults.proxy", "--to", f"{HOST}:{behind.port}", "--fault", "latency=1ms"),
            stdout=asyncio.subprocess.PIPE,
        )
        assert program.stdout is not None
        said = (await program.stdout.readline()).decode()
        assert said.startswith(f"listening on {HOST}:")
        reader, writer = await asyncio.open_connection(HOST, int(said.rpartition(":")[2]))
        assert await echo((reader, writer), b"by hand") == b"by hand"
        program.send_signal(signal.SIGINT)
        assert (await program.stdout.read()).decode() == "1 connections, 7 bytes there, 7 bytes back\n"
        assert await program.wait() == 0
        writer.transport.abort()


async def test_a_port_that_is_taken_is_a_sentence() -> None:
    async with asyncio.timeout(WITHIN), Behind() as behind:
        program = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.faults.proxy", "--listen", str(behind.port), "--to", f"{HOST}:1"),
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await program.communicate()
        assert program.returncode == 1
        assert said.decode() == (
            f"Nobody can listen on {HOST}:{behind.port} (Address already in use): please choose another --listen.\n"
        )
