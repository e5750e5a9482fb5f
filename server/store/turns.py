"""What many ask of one thread: each of them has a turn, and then the next, however much one asks."""

from __future__ import annotations

from collections import OrderedDict, deque
from threading import Condition
from typing import Generic, TypeVar

Job = TypeVar("Job")


class Turns(Generic[Job]):
    """Jobs that wait, by who asked for them. Any thread may put one in."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[Job]] = OrderedDict()
        self._changed = Condition()
        self._is_over = False

    def __len__(self) -> int:
        with self._changed:
            return sum(map(len, self._waiting.values()))

    def put(self, asker: str, job: Job) -> None:
        with self._changed:
            self._waiting.setdefault(asker, deque()).append(job)
            self._changed.notify()

    def wait(self) -> bool:
        """Until there is one; False once it is over and nothing waits any more."""
        with self._changed:
            while not self._waiting and not self._is_over:
                self._changed.wait()
            return bool(self._waiting)

    def take(self) -> Job | None:
        """Waits for the next; None once it is over and nothing waits any more."""
        return self.some(1, 1)[0] if self.wait() else None

    def some(self, of_each: int, in_all: int) -> list[Job]:
        """So many of those that wait, at the most, and of each asker; whoever has more waits behind all the others."""
        with self._changed:
            taken: list[Job] = []
            cut: dict[str, deque[Job]] = {}
            while self._waiting and len(taken) < in_all:
                asker, jobs = self._waiting.popitem(last=False)
                taken += [jobs.popleft() for _ in range(min(len(jobs), of_each, in_all - len(taken)))]
                if jobs:
                    cut[asker] = jobs
            self._waiting.update(cut)
            return taken

    def end(self) -> None:
        """Nothing more comes."""
        with self._changed:
            self._is_over = True
            self._changed.notify()
