"""`python -m tests.fuzz [WHAT ...] [--runs N]`: bytes that atheris makes up, by what of our code they reach.

A process for each entrance. Seeds are in `corpus/WHAT`; what a run has found beside them stays in `.fuzz/WHAT`, where
the next one goes on, and an input with which something broke is `.fuzz/WHAT/crash-…`. Exit code 1 where there is one.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

CORPUS: Final = Path(__file__).parent / "corpus"
FOUND: Final = Path(".fuzz")
LONGEST: Final = 8192  # bytes of an input
WITHIN: Final = 20  # seconds for one of them
MEMORY: Final = 2048  # MiB
MISSING: Final = "This needs one more part, for the processor's own machine code: `pip install -e '.[fuzz]'`."


def main() -> None:
    """Fuzzes one entrance after the other."""
    names = sorted(folder.name for folder in CORPUS.iterdir())
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="whatever bytes, at every entrance")
    parser.add_argument(
        "what", nargs="*", metavar="WHAT", help=f"an entrance: {', '.join(names)}; all, if none is named"
    )
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--in-this-process", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if unknown := set(chosen.what) - set(names):
        parser.error(f"there is no entrance {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    if importlib.util.find_spec("atheris") is None:
        sys.exit(MISSING)
    if chosen.in_this_process:
        _fuzz(chosen.what[0], chosen.runs)
    broken = [name for name in chosen.what or names if not _stands(name, chosen.runs)]
    sys.exit(bool(broken))


def _stands(name: str, runs: int) -> bool:
    """Did nothing break at this entrance, in a process of its own?"""
    began = time.monotonic()
    (FOUND / name).mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.fuzz", "--in-this-process", name, "--runs", str(runs)]
    with (FOUND / f"{name}.log").open("wb") as log, tempfile.TemporaryDirectory() as scratch:
        ended = subprocess.run(command, stderr=log, check=False, env={**os.environ, "TMPDIR": scratch})
    stands = ended.returncode == 0
    verdict = "nothing broke" if stands else f"FAILED: see {FOUND / name}.log"
    print(f"{name:<12}{runs:>12,} runs  {time.monotonic() - began:7,.0f} s  {verdict}", flush=True)
    return stands


def _fuzz(name: str, runs: int) -> None:
    """Does not return: the library ends the process."""
    import atheris

    with atheris.instrument_imports(include=["gymtui", "server"]):
        from tests.fuzz.entrances import ENTRANCES, EXAMPLES, mutant
    folder = FOUND / name
    for number, example in enumerate(EXAMPLES.get(name, ())):
        (folder / f"example-{number}").write_bytes(example)
    options = {"runs": runs, "max_len": LONGEST, "timeout": WITHIN, "rss_limit_mb": MEMORY, "print_final_stats": 1}
    said = [f"-{option}={value}" for option, value in options.items()]
    folders = [f"-artifact_prefix={folder}/", str(folder), str(CORPUS / name)]

    def mutated(data: bytes, most: int, seed: int) -> bytes:
        """Every other one is harmed in its words, for the coverage sees nothing of a decoder in C."""
        return mutant(name, data, seed)[:most] if seed % 2 else bytes(atheris.Mutate(data, most))

    with ENTRANCES[name]() as entrance:
        atheris.Setup([sys.argv[0], *said, *folders], entrance, custom_mutator=mutated)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
