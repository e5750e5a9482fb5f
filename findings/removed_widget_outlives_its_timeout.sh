#!/usr/bin/env bash
# A screen that has gone stays in memory for as long as a timeout in it would have lasted, though that is over.
#
# Guess:    a wait under asyncio.timeout that ends in time leaves nothing behind: its timer is cancelled. A Textual
#           screen that was dismissed is garbage from then on.
# Happens:  asyncio drops a cancelled timer only when it would be the next (or when cancelled ones are more than half of
#           over a hundred), and until then the timer keeps the context variables it was made with. One of Textual's
#           names the widget whose message is handled: an answer that took no time, under a bound of an hour, keeps the
#           screen that asked, and all its widgets and painted lines, for an hour, if any timer of the program comes
#           before that. A collection of garbage does not free it.
# Where:    screens that ask a server as they come up, each under a bound on the wait: memory grows with every screen
#           looked at, and each full collection of garbage takes longer, at the key of whoever types.
# Instead:  make the timer in an empty context: enter asyncio.timeout(None), then
#           contextvars.Context().run(bound.reschedule, loop.time() + seconds).
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
from contextlib import asynccontextmanager
from contextvars import Context

from textual.app import App
from textual.screen import Screen


@asynccontextmanager
async def in_no_context(seconds):
    async with asyncio.timeout(None) as bound:
        Context().run(bound.reschedule, asyncio.get_running_loop().time() + seconds)
        yield


class Asking(Screen[None]):
    def __init__(self, bound):
        super().__init__()
        self.bound = bound

    async def on_mount(self):
        if self.bound is not None:
            async with self.bound(3600):
                await asyncio.sleep(0)  # the answer


async def left(bound):
    app = App()
    seen = []
    async with app.run_test() as pilot:
        app.set_interval(60, app.bell)  # a clock, as most have
        for _ in range(20):
            screen = Asking(bound)
            seen.append(weakref.ref(screen))
            await app.push_screen(screen)
            await pilot.pause()
            app.pop_screen()
            await pilot.pause()
            del screen
        await pilot.pause(0.5)
        gc.collect()
        return sum(one() is not None for one in seen)


for name, bound in (("no bound", None), ("asyncio.timeout", asyncio.timeout), ("in no context", in_no_context)):
    print(f"{name}: {asyncio.run(left(bound))} of 20 screens are left")
PY

diff - "$room/seen" <<'SEEN'
no bound: 0 of 20 screens are left
asyncio.timeout: 20 of 20 screens are left
in no context: 0 of 20 screens are left
SEEN
