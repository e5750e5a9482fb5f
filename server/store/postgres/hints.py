"""Hints between servers of one gym: whoever has committed says so, and the others look at once.

A hint that is lost costs nothing but time: each server looks every tenth of a second whether it was told to or not.
"""

from __future__ import annotations

import logging
import os
import selectors
from collections.abc import Callable
from contextlib import suppress
from secrets import token_hex
from threading import Event, Thread
from typing import Final

import psycopg

from server.store.postgres.connection import Connection, Place
from server.store.postgres.errors import said

APART: Final = 0.01  # seconds between two hints of a server: a NOTIFY holds up each commit of the database a little
CHECKED: Final = 5.0  # seconds after which a connection that says nothing is looked at: one that is dead says nothing
RETRY: Final = 1.0  # seconds
POOLED: Final = (
    "Hints of other servers do not come through a pooler: each looks by itself. With --listen-database, the URL of the "
    "database itself, they come."
)

log = logging.getLogger(__name__)


class Hints:
    """`told` is called, in a thread of its own, whenever another server of the gym at `place` has committed. It has a
    connection of its own, which is made anew where it is lost; `patience` is in seconds. To be closed."""

    def __init__(self, place: Place, told: Callable[[], None], *, patience: float) -> None:
        self._place = place
        self._told = told
        self._patience = patience
        self._me = token_hex(8)
        self._logged = ""
        self._closed = Event()
        self._bell, self._clapper = os.pipe()
        for end in (self._bell, self._clapper):
            os.set_blocking(end, False)
        self._thread = Thread(target=self._run, name="hints", daemon=True)
        self._thread.start()

    def ring(self) -> None:
        """Tells the others; it waits for nothing."""
        with suppress(BlockingIOError):  # enough rings are waiting
            os.write(self._clapper, b".")

    def close(self) -> None:
        self._closed.set()
        self.ring()
        self._thread.join()
        for end in (self._bell, self._clapper):
            os.close(end)

    def _run(self) -> None:
        while not self._closed.is_set():
            try:
                with Connection(self._place, patience=self._patience, is_prompt=True) as db:
                    if not db.is_pooled:
                        db.script(f"LISTEN {self._place.schema}")
                    self._log(POOLED if db.is_pooled else "")
                    self._told()  # whatever was missed until now
                    self._listen(db)
            except psycopg.Error as error:
                self._log(f"Hints of other servers do not come ({said(error)}): each looks by itself meanwhile.")
                self._closed.wait(RETRY)

    def _log(self, sentence: str) -> None:
        """Once, and not with every try."""
        if sentence and sentence != self._logged:
            log.warning("%s", sentence)
        self._logged = sentence

    def _listen(self, db: Connection) -> None:
        with selectors.DefaultSelector() as selector:
            for readable in (db.fileno, self._bell):
                selector.register(readable, selectors.EVENT_READ)
            while not self._closed.is_set():
                ready = {key.fd for key, _ in selector.select(CHECKED)}
                if self._bell in ready:
                    os.read(self._bell, 1 << 16)
                    db.execute("SELECT pg_notify(?, ?)", (self._place.schema, self._me))
                    self._closed.wait(APART)
                elif not ready:
                    db.execute("SELECT 1")
                if any(who != self._me for who in db.notes()):
                    self._told()
