"""The path of a file as somebody types it: what it may go on with."""

from __future__ import annotations

from pathlib import Path
from typing import Final

OURS: Final = (
    ".plan.toml",
    ".left-out.csv",
    ".new-cards.csv",
)  # what an import keeps beside its file is no list to import
MOST: Final = 500  # names that are offered


def named(text: str) -> Path:
    """The file that a text names, also as a terminal writes one that was dropped there; `~` is the person's home."""
    text = text.strip().strip("'\"")
    path = _from_home(text)
    return path if path.exists() else _from_home(text.replace("\\ ", " "))


def _from_home(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:  # of nobody on this machine, or not typed to its end
        return Path(text)


def completions(text: str) -> list[str]:
    """The paths that begin so, as far as their next `/`, folders first; nothing where there is none."""
    before, slash, begun = text.rpartition("/")
    folder = named(before + slash) if before or slash else Path()
    try:
        entries = [(entry.name, entry.is_dir()) for entry in folder.iterdir() if _fits(entry.name, begun)]
    except OSError:
        return []
    names = sorted((not is_folder, name + "/" * is_folder) for name, is_folder in entries)
    return [before + slash + name for _, name in names][:MOST]


def completed(text: str, paths: list[str]) -> str:
    """The text as far as all of these go on alike."""
    if not paths:
        return text
    first, last = min(paths), max(paths)
    alike = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[: max(alike, len(text))]


def _fits(name: str, begun: str) -> bool:
    return name.startswith(begun) and (begun.startswith(".") or not name.startswith(".")) and not name.endswith(OURS)
