"""Autobahn's own code for Python 3: fetched as it is published, by its hash, and translated on this machine.

Its newest version is for Python 2.7, which few machines have any more. `lib2to3` knows the new words. Its texts are
bytes there: they are read as Latin-1, so each letter stays the byte that it was; `peer.py` makes bytes of them again.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import warnings
from pathlib import Path
from typing import Final

LIST: Final = Path(__file__).with_name("sources.txt")
PACKAGES: Final = ("autobahntestsuite", "autobahn", "txaio")
BY_HAND: Final = {
    "(object, Case": "(Case",
    ") / self.": ") // self.",
}  # an order of bases, a division: 2to3 knows neither


def fetched(folder: Path) -> Path:
    """The folder to import it from; made where it is not there yet. CalledProcessError where it cannot be had."""
    library = folder / "library"
    if library.is_dir():
        return library
    fetch = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "--require-hashes"]
    subprocess.run([*fetch, "-r", str(LIST), "-d", str(folder)], check=True)
    fresh = folder / "fresh"
    for archive in folder.glob("*.tar.gz"):
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
    for package in PACKAGES:
        (whole,) = folder.glob(f"{package}-*/{package}")
        shutil.copytree(whole, fresh / package, dirs_exist_ok=True)
    for file in (fresh / PACKAGES[0]).rglob("*.py"):
        file.write_text(translated(file.read_text("latin-1"), file), "utf-8")
    return fresh.rename(library)


def translated(text: str, file: Path) -> str:
    """The text of a file for Python 3; what lies beside the file tells what is imported from there."""
    with warnings.catch_warnings(action="ignore"):  # Python 3.13 has it no more
        from lib2to3.refactor import RefactoringTool, get_fixers_from_package

        tool = RefactoringTool(get_fixers_from_package("lib2to3.fixes"))
        text = str(tool.refactor_string(f"{text}\n", str(file)))
    for old, new in BY_HAND.items():
        text = text.replace(old, new)
    return text
