"""Whatever bytes come in at an entrance, a value or a sentence comes out: the short form of `python -m tests.fuzz`."""

from __future__ import annotations

import importlib.util
import io
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gymtui.importing.rows import MembersFileError
from tests.fuzz import __main__ as command
from tests.fuzz.entrances import ENTRANCES, EXAMPLES, Entrance, mutant
from tests.fuzz.pages import SOUND, packed
from tests.member_lists_kit import looked

SEEDS = {
    name: [*EXAMPLES.get(name, ()), *(file.read_bytes() for file in sorted((command.CORPUS / name).iterdir()))]
    for name in ENTRANCES
}
LARGEST = 2048  # bytes of a seed
MANY = b"9" * 5000  # digits: of more than 4,300 Python makes no number
DEEP = b"[" * 2000 + b"]" * 2000
SHEET = b'<worksheet xmlns="MAIN"><sheetData>%b</sheetData></worksheet>'


@pytest.fixture(params=ENTRANCES)
def at(request: pytest.FixtureRequest) -> Iterator[tuple[str, Entrance]]:
    """Each entrance by its name."""
    with ENTRANCES[request.param]() as entrance:
        yield request.param, entrance


@pytest.mark.slow
@given(seed=st.integers(0, 2**32), number=st.integers(0, 99), rest=st.binary(max_size=8))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_is_read_or_refused(at: tuple[str, Entrance], seed: int, number: int, rest: bytes) -> None:
    name, entrance = at
    data = SEEDS[name][number % len(SEEDS[name])]
    entrance(data)
    entrance(mutant(name, data, seed) + rest)


def test_the_seeds_are_of_entrances_and_small() -> None:
    folders = list(command.CORPUS.iterdir())
    assert {folder.name for folder in folders} == set(ENTRANCES)
    assert max(file.stat().st_size for folder in folders for file in folder.iterdir()) <= LARGEST


# --- what was found once ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("journal", b'member_update save_member {"id":"\xff"}'),
        ("journal", b"member_update save_member " + DEEP),
        ("journal", b'gym_update configure {"name":"x","timezone":"Europe","capacity":1,"seq":1,"policy":{}}'),
        ("files", b'{"x":' + DEEP + b"}"),
        ("answers", b"200\n" + SEEDS["answers"][0].partition(b"\n")[2].replace(b"300", b"1e306")),
        ("answers", b'401\n{"x":' + DEEP + b"}"),
        ("settings", b'url = "ws://[::1"'),
        ("settings", b'database = "~nobody-is-called-so/gym.db"'),
        ("settings", b"port = " + MANY),
        ("settings", b"capacity = " + DEEP),
        ("plans", b'digest = "x"\nn = ' + MANY),
        ("lists", b"Name;Barcode;Visits left\nAna;1;%b/2\nBen;2;3/10\n" % MANY),
        ("lists", b"<table><tr><td colspan=%b>Name<td>Code<tr><td>Ana<td>1</table>" % MANY),
        ("scans", b'{"steps":["chip:dec32::hex4"]}\n' + MANY),
        ("workbooks", SHEET % b'<row r="1"><c r="A1" s="7"><v>1</v></c></row>'),
    ],
)
def test_what_was_found_once_is_mended(name: str, data: bytes) -> None:
    with ENTRANCES[name]() as entrance:
        entrance(data)


def test_a_workbook_that_skips_rows_has_those_it_has() -> None:
    cell = b'<c r="%b" t="inlineStr"><is><t>%b</t></is></c>'
    rows = [
        b'<row r="1">%b%b</row>' % (cell % (b"A1", b"Name"), cell % (b"B1", b"Barcode")),
        b'<row r="900000">%b%b</row>' % (cell % (b"A900000", b"Ana"), cell % (b"B900000", b"7")),
        b'<row r="900000000">%b</row>' % (cell % (b"A900000000", b"Ben")),
    ]
    seen = looked(packed(SHEET % b"".join(rows)))
    assert [(line, row["full_name"]) for line, row in seen.rows] == [(900_000, "Ana")]


def test_a_workbook_whose_parts_cannot_be_unpacked_is_damaged() -> None:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, text in SOUND.items():
            parts.writestr(name, text)
    content = package.getvalue()
    squeezed = zlib.compress(SOUND["[Content_Types].xml"].encode(), wbits=-15)
    assert squeezed in content
    with pytest.raises(MembersFileError, match="a workbook that is damaged"):
        looked(content.replace(squeezed, b"\xff" * len(squeezed)))


# --- the command -----------------------------------------------------------------------------------------------------


def test_without_the_library_the_command_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(sys, "argv", ["fuzz", "requests"])
    with pytest.raises(SystemExit, match=r"pip install -e '\.\[fuzz\]'"):
        command.main()


def test_a_process_that_breaks_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def ran(argv: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess(argv, 77 if "requests" in argv else 0)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    monkeypatch.setattr(subprocess, "run", ran)
    for what, code in (("requests", 1), ("frames", 0)):
        monkeypatch.setattr(sys, "argv", ["fuzz", what])
        with pytest.raises(SystemExit) as ended:
            command.main()
        assert ended.value.code == code
    said = capsys.readouterr().out.splitlines()
    assert [line.endswith("FAILED: see .fuzz/requests.log") for line in said] == [True, False]
