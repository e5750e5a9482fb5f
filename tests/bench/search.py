"""Search: what a key costs a desk that knows so many made-up members, and how many keys a name costs a person.

Names in both orders, run together, and with an error; numbers, one of them a digit off; phones in five spellings; names
that nobody has: each from its first key to its last, with the near hits, and the nearest where nobody is found.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from itertools import islice
from pathlib import Path
from random import Random
from string import ascii_lowercase, digits
from typing import Final

from gymtui.client import Replica
from gymtui.client.desk.desk import Desk
from gymtui.protocol import Member, MembersPage
from gymtui.sample.people import members
from gymtui.search.folding import words
from gymtui.ui.box.search import FOUND
from tests.bench.effort import Effort
from tests.bench.figures import Figure, Round, figures, percentile
from tests.desk_kit import Gym
from tests.keystrokes import Keystrokes

MANY: Final = (10_000, 100_000)
NAMES: Final = 7000
PAGE: Final = 1000
TYPED: Final = 100  # members whose names, numbers and phones are typed, key by key


def fill(replica: Replica, count: int, typed: int) -> list[Member]:
    """So many members; some `typed` of them are looked for."""
    fields = members(count, Random(7), date(2026, 11, 18))
    people = (Member(id=f"m{n:07}", seq=n, **m) for n, m in enumerate(fields, 1))  # type: ignore[arg-type]  # its own fields
    random, chosen, last = Random(3), list[Member](), 0
    while page := tuple(islice(people, PAGE)):
        last = page[-1].seq
        replica.fold_members(MembersPage(members=page, next_after_seq=last, more=True, as_of_seq=count))
        chosen += random.sample(page, min(len(page), max(1, typed * len(page) // count)))
    return chosen


def texts(random: Random, person: Member) -> Iterator[str]:
    """What is typed for somebody: the name in both orders, two beginnings run together, each with one error, the number
    and one that is a digit off, the phone in a spelling; and a name that nobody has."""
    given, *_, family = words(person.full_name)
    number, phone = person.membership_number or "", person.phone or ""
    yield from (f"{given} {family}", f"{family} {given}", given[:2] + family[:3])
    yield from (with_error(random, text) for text in (f"{given} {family}", family))
    yield from (number, with_error(random, number, digits))
    at_home = phone.replace("+41 ", "0")
    yield random.choice((phone, phone.replace("+", "00"), phone.replace("+41 ", "+41 (0)"), at_home, at_home[-8:]))
    yield "".join(random.choices(ascii_lowercase, k=8))


def with_error(random: Random, text: str, alphabet: str = ascii_lowercase) -> str:
    """One letter less, another one, one more, or two that have changed places."""
    at = random.choice([at for at, c in enumerate(text) if c != " "])
    before, letter, rest, other = text[:at], text[at], text[at + 1 :], random.choice(alphabet)
    return random.choice((before + rest, before + other + rest, before + other + letter + rest, swapped(text, at)))


def swapped(text: str, at: int) -> str:
    return text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :]


def keys(desk: Desk, people: list[Member]) -> tuple[list[float], list[float]]:
    """Seconds that each key takes, by the wall and of the processor."""
    random, walls, cpus = Random(5), list[float](), list[float]()
    for text in (text for person in people for text in texts(random, person)):
        for length in range(1, len(text) + 1):
            wall, cpu = time.perf_counter(), time.thread_time()
            if not desk.find(text[:length], FOUND):
                desk.nearest(text[:length])
            cpus.append(time.thread_time() - cpu)
            walls.append(time.perf_counter() - wall)
    return walls, cpus


async def measure(folder: Path, effort: Effort) -> list[Figure]:
    """Copies of small and large gyms; each is looked through once, by many keys."""
    found = dict(keys_per_name(effort.of(NAMES)))
    for count in map(effort.of, MANY):
        found |= searched(folder / f"{count}.db", count, effort.of(TYPED))
    return figures([found], more=["% of all"])


def searched(path: Path, count: int, typed: int) -> Round:
    """A key of a search over so many members, with the nearest where nobody is found; and how large the copy is."""
    gym = Gym(path, known=False)
    with closing(gym.replica):
        began = time.process_time()
        people = fill(gym.replica, count, typed)
        filled = time.process_time() - began
        walls, cpus = keys(gym.desk, people)
    what = f"a key of a search over {count:,} members"
    return {
        **{(f"{what}, p{percent}", "CPU ms"): percentile(cpus, percent) * 1e3 for percent in (50, 99)},
        (f"{what}, p99", "ms"): percentile(walls, 99) * 1e3,
        (f"a desk's copy of {count:,} members", "MB"): path.stat().st_size / 1e6,
        (f"to take a member of {count:,} into it", "CPU µs"): filled / count * 1e6,
    }


def keys_per_name(count: int) -> Round:
    """What a name costs before the Enter: letters of both names run together, and the choice of the row."""
    fields = members(count, Random(7), date(2026, 11, 18))
    people = tuple(Member(id=str(n), seq=n, **m) for n, m in enumerate(fields, 1))  # type: ignore[arg-type]  # its own fields
    with closing(Replica(":memory:")) as replica:
        replica.fold_members(MembersPage(members=people, next_after_seq=count, more=False, as_of_seq=count))
        keystrokes = Keystrokes(lambda text: replica.members.search(text, FOUND))
        costs = [keystrokes.cost(person) for person in people]
    what = f"before the Enter that takes one of {count:,}"
    return {
        (f"keys {what}", "on average"): statistics.mean(costs),
        (f"at most four keys {what}", "% of all"): sum(cost <= 4 for cost in costs) / count * 100,
    }
