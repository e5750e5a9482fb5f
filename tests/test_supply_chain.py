"""What is installed is what was locked: all that is needed, each file of it by its hash, and listed for others."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import requires
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

pytestmark = pytest.mark.slow

ROOT: Final = Path(__file__).parent.parent
PROJECT: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS: Final[dict[str, list[str]]] = PROJECT["project"]["optional-dependencies"]
OF_PYTHON: Final = {"pip"}  # every virtual environment has it
ENTRY: Final = re.compile(
    r"([a-z0-9-]+)==(\S+)(?: ; [^\\]+)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n    # via .+\n"
)
INSTALL: Final = (
    "python3 -m venv .venv && .venv/bin/pip install -q --require-hashes -r {lock}"
    " && .venv/bin/pip install -q --no-deps --no-build-isolation {what}"
)
RUNS, TESTS = "requirements.lock", "requirements-dev.lock"


class Locked(NamedTuple):
    """One version, and the hashes of all its files."""

    version: str
    hashes: frozenset[str]


def lock(name: str) -> dict[str, Locked]:
    """What a lock file has, by name; nothing else is in it, and above all no address."""
    text = (ROOT / name).read_text().partition("\n# WARNING")[0]
    assert ENTRY.sub("", text).strip() == ""
    return {
        found[1]: Locked(found[2], frozenset(re.findall("[0-9a-f]{64}", found[3]))) for found in ENTRY.finditer(text)
    }


def asked(*extras: str) -> list[Requirement]:
    """What pyproject.toml asks for, to build and to run, with these extras."""
    lines = [*PROJECT["build-system"]["requires"], *PROJECT["project"]["dependencies"]]
    found = map(Requirement, [*lines, *(line for extra in extras for line in EXTRAS[extra])])
    return [each for each in found if each.name != "gymtui"]


def missing(locked: dict[str, Locked], wanted: list[Requirement]) -> set[str]:
    """The names of what is not locked, or in another version: of it, and of all that it needs in its turn."""
    seen: set[str] = set()
    wrong: set[str] = set()
    while wanted:
        each = wanted.pop()
        name = canonicalize_name(each.name)
        if f"{each}" in seen or name in OF_PYTHON:
            continue
        seen.add(f"{each}")
        if name not in locked or not each.specifier.contains(Version(locked[name].version)):
            wrong.add(name)
            continue
        for line in requires(name) or ():
            further = Requirement(line)
            if further.marker is None or any(further.marker.evaluate({"extra": on}) for on in ("", *each.extras)):
                wanted.append(further)
    return wrong


def test_the_locks_have_all_that_is_asked_for_and_what_that_needs() -> None:
    assert missing(lock(RUNS), asked("postgres", "xlsx")) == set()
    assert missing(lock(TESTS), asked("postgres", "xlsx", "dev")) == set()


def test_what_is_missing_would_be_found() -> None:
    known = lock(RUNS)
    del known["pycparser"]
    known["rich"] = Locked("13.9", frozenset())
    assert missing(known, asked()) == {"pycparser", "rich"}


def test_whatever_both_have_is_the_same() -> None:
    runs, tests = lock(RUNS), lock(TESTS)
    assert {name: tests.get(name) for name in runs} == runs


def test_what_is_installed_by_readme_and_ci_is_what_is_locked() -> None:
    readme, ci = (ROOT / "README.md").read_text(), (ROOT / ".ci" / "run").read_text()
    assert f"\n{INSTALL.format(lock=RUNS, what='.')} && .venv/bin/gymtui demo\n" in readme
    for text in (readme, ci):
        assert f"\n{INSTALL.format(lock=TESTS, what='-e .')} && .venv/bin/python -m pytest\n" in text
    assert f"\n{INSTALL.format(lock=TESTS, what='-e .')}\n" in (ROOT / "CONTRIBUTING.md").read_text()


def said(name: str) -> list[str]:
    """The command of that name in CONTRIBUTING.md, for this Python."""
    [line] = re.findall(rf"^\.venv/bin/{name} (.+)$", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    return [str(Path(sys.executable).with_name(name)), *line.split()]


def test_the_list_for_others_has_what_is_locked(tmp_path: Path) -> None:
    command = said("cyclonedx-py")
    file = tmp_path / command[-1]
    subprocess.run([*command[:-1], str(file), "--no-validate"], cwd=ROOT, check=True, capture_output=True)
    components = json.loads(file.read_text())["components"]
    assert {
        each["name"]: Locked(
            each["version"], frozenset(hash["content"] for at in each["externalReferences"] for hash in at["hashes"])
        )
        for each in components
    } == lock(RUNS)


def test_the_audit_looks_at_what_is_locked() -> None:
    ran = subprocess.run([*said("pip-audit"), "--dry-run"], cwd=ROOT, check=True, capture_output=True, text=True)
    assert f"would have audited {len(lock(RUNS))} packages" in ran.stderr
