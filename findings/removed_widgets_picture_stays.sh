#!/usr/bin/env bash
# What a removed widget looked like stays in memory until a thousand others were shown, and is looked through for garbage.
#
# Guess:    a Textual screen that was dismissed, and that nobody holds, is garbage with all that was painted of it.
# Happens:  the widget is freed, but the keeper of its painted lines (Widget._styles_cache) is not: one of its methods is
#           kept by functools.lru_cache, whose keys hold the object that was asked. 1,024 keepers stay, each with the
#           lines, segments and small caches of a widget that is no more; a collection of garbage frees none of them.
# Where:    a program whose screens come and go all day: some hundred thousand objects more to look through in every full
#           collection, which takes 120 ms in the place of 10, at the key of whoever types.
# Instead:  StylesCache.get_inner_outer.cache_clear() before gc.collect(), at a time when nobody types.
# Versions: Python 3.11, textual 8.2.8, rich 15.0.0.
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3.11 -m venv "$room/venv"
"$room/venv/bin/pip" install -q textual==8.2.8 rich==15.0.0

"$room/venv/bin/python" - <<'PY' | tee "$room/seen"
import asyncio
import gc
import weakref

from textual._styles_cache import StylesCache
from textual.app import App
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Static


class Page(Screen[None]):
    def compose(self):
        yield Static("\n".join(f"row {number}" for number in range(20)))


async def shown_and_gone():
    app = App()
    widgets, pictures = [], []
    async with app.run_test(size=(80, 24)) as pilot:
        for _ in range(20):
            page = Page()
            await app.push_screen(page)
            await pilot.pause()
            widgets.append(weakref.ref(page.query_one(Static)))
            pictures.append(weakref.ref(page.query_one(Static)._styles_cache))
            app.pop_screen()
            await pilot.pause()
            del page
        await pilot.pause(0.5)
        gc.collect()
        left = [sum(one() is not None for one in kind) for kind in (widgets, pictures)]
        strips = sum(isinstance(one, Strip) for one in gc.get_objects())
        StylesCache.get_inner_outer.cache_clear()
        gc.collect()
        after = sum(one() is not None for one in pictures)
        return left, after, strips - sum(isinstance(one, Strip) for one in gc.get_objects())


(widgets, pictures), after, strips = asyncio.run(shown_and_gone())
print(f"of 20 widgets that were removed {widgets} are left, and {pictures} pictures")
print(f"once that cache is cleared: {after} pictures, and at least 400 lines fewer: {strips >= 400}")
PY

diff - "$room/seen" <<'SEEN'
of 20 widgets that were removed 0 are left, and 20 pictures
once that cache is cleared: 0 pictures, and at least 400 lines fewer: True
SEEN
