"""`gymtui admin gyms`: the gyms of a database, for whoever looks after all of them."""

from __future__ import annotations

from gymtui import clock
from gymtui.printable import printable
from server.store import Standing
from server.store.opening import gyms as gyms_of


def gyms(*, database: str) -> None:
    """One line a gym: its name, how many are in, when anything happened last, and where its tables are."""
    for gym in sorted(gyms_of(database), key=lambda gym: gym.name):
        print(*map(printable, _columns(gym)), sep="\t")


def _columns(gym: Standing) -> tuple[str, ...]:
    named = gym.name if gym.called == gym.name else f"{gym.name}, now called {gym.called}"
    return named, f"{gym.currently_in} in", clock.to_text(gym.changed_at), gym.where
