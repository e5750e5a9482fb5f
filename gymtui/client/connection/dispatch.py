"""Dispatch: hands what happens to whoever subscribed to its kind; each handler fails alone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from gymtui.client.errors import ProcessingProblem

logger = logging.getLogger(__name__)

Handler = Callable[[Any], None]


class _Subscription:
    """One handler of one kind, so that the same function may subscribe twice and leave once."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.failed = False


class Dispatcher:
    """Subscribers by kind. What a handler raises is logged with its cause the first time, and given to `failed` every
    time; but not what a handler of `"problem"` raises, which would go round for ever."""

    def __init__(self, kinds: Iterable[str], failed: Callable[[ProcessingProblem], None]) -> None:
        self._subscriptions: dict[str, list[_Subscription]] = {kind: [] for kind in kinds}
        self._failed = failed

    def subscribe(self, kind: str, handler: Handler) -> Callable[[], None]:
        """Calls `handler` with everything of this kind until the function that comes back is called; ValueError for a
        kind that there is not."""
        if kind not in self._subscriptions:
            raise ValueError(f"There is no {kind!r} to subscribe to, but: {', '.join(self._subscriptions)}.")
        subscription = _Subscription(handler)
        # A new list each time: `publish` may be going through the old one.
        self._subscriptions[kind] = [*self._subscriptions[kind], subscription]

        def unsubscribe() -> None:
            self._subscriptions[kind] = [s for s in self._subscriptions[kind] if s is not subscription]

        return unsubscribe

    def publish(self, kind: str, value: object) -> None:
        """Tells everyone, in the order they came; who unsubscribes meanwhile hears no more."""
        for subscription in self._subscriptions[kind]:
            if subscription not in self._subscriptions[kind]:
                continue
            try:
                subscription.handler(value)
            except Exception as error:  # noqa: BLE001  a handler is somebody else's: it fails alone, whatever it raises
                self._isolate(kind, subscription, error)

    def _isolate(self, kind: str, subscription: _Subscription, error: Exception) -> None:
        if not subscription.failed:
            subscription.failed = True
            logger.error("A handler of %r failed: %r", kind, subscription.handler, exc_info=error)
        if kind != "problem":
            problem = ProcessingProblem(f"What should have followed a {kind} failed: {error}.", kind=kind)
            problem.__cause__ = error
            self._failed(problem)
