"""The pictures in the documents show the console as it is."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import pytest

from tests.scenes import SCENES
from tests.screenshots import FOLDER, README

ROOT = FOLDER.parent


@pytest.mark.slow
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
async def test_the_pictures_of_a_scene_show_the_screens_as_they_are(scene: Callable[..., Awaitable[None]]) -> None:
    drawn: dict[str, str] = {}
    await scene(drawn)
    kept = {path.stem: path.read_text() for path in FOLDER.glob("*.svg")}
    changed = sorted(name for name, picture in drawn.items() if kept.get(name) != picture)
    assert not changed, "please look at these, and draw them with `python -m tests.screenshots`"


def test_every_picture_has_a_scene() -> None:
    scenes = "".join(path.read_text() for path in (ROOT / "tests").glob("scenes*.py"))
    names = {re.sub(r"-[0-9]+x[0-9]+$", "", path.stem) for path in FOLDER.glob("*.svg")}
    assert [name for name in sorted(names) if f'"{name}"' not in scenes] == []


def test_the_documents_name_no_picture_that_is_not_there() -> None:
    named = [
        page.parent / picture
        for page in ROOT.glob("*.md")
        for picture in re.findall(r"!\[[^]]*\]\(([^)]+)\)", page.read_text())
    ]
    assert {FOLDER / f"{name}.png" for name in README} <= set(named)
    assert [str(picture) for picture in named if not picture.is_file()] == []


def test_no_picture_asks_the_network_or_names_a_machine() -> None:
    for picture in FOLDER.glob("*.svg"):
        text = picture.read_text().replace("http://www.w3.org/2000/svg", "")
        assert re.findall(r"https?:|@font-face|@import|/home/|/root/|/tmp/|127\.0\.0\.1", text) == [], picture.name


def test_every_picture_is_a_file_of_its_own_kind() -> None:
    assert all((FOLDER / f"{name}.png").read_bytes().startswith(b"\x89PNG") for name in README)
    assert {path.suffix for path in FOLDER.iterdir()} == {".svg", ".png", ".md"}


def test_the_gallery_shows_every_picture() -> None:
    page = (FOLDER / "README.md").read_text()
    shown = re.findall(r"\]\(([^)]+)\.svg\)", page)
    assert sorted(set(shown)) == sorted(path.stem for path in FOLDER.glob("*.svg"))
