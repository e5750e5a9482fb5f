"""Readers that are a little behind: the windows of the last moments, and nobody looks into the journal."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import cast

import pytest
from msgspec.structs import replace

from gymtui.protocol import Member, Resume
from server.net.connection import Connection
from server.net.lately import Lately
from server.store import Row, Store, Transaction
from tests.hub_kit import Line, Stage, path, stage

__all__ = ["path"]


def reads_of(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """What will have been read of the journal."""
    asked: list[tuple[int, int]] = []
    read = store.read

    def noted(after: int, limit: int) -> list[Row]:
        asked.append((after, limit))
        return read(after, limit)

    monkeypatch.setattr(store, "read", noted)
    return asked


async def pass_by(s: Stage, slow: Line, windows: int) -> None:
    """So many windows that this one does not take."""
    slow.is_full = True
    for _ in range(windows):
        await s.happen(20, big=True)
        await s.hub.flush()


async def test_whoever_is_a_little_behind_gets_the_same_bytes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage(path) as s:
        slow, quick, head = s.line(), s.line(), s.hub.head
        asked = reads_of(s.database.store, monkeypatch)
        await pass_by(s, slow, windows=5)
        slow.read_on()
        await slow.until(head + 100)
        assert all(mine is theirs for mine, theirs in zip(slow.frames, quick.frames, strict=True))
        assert asked == []


async def test_whoever_is_far_behind_has_the_journal_read_up_to_there(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage(path) as s:
        slow, quick, head = s.line(), s.line(), s.hub.head
        s.hub._lately = Lately(room=45_000)
        await pass_by(s, slow, windows=5)
        asked = reads_of(s.database.store, monkeypatch)
        slow.read_on()
        await slow.until(head + 100)
        assert slow.contiguous(head, head + 100)
        assert slow.frames[-1] is quick.frames[-1]
        assert len(asked) == 1


async def test_a_resume_has_it_in_as_few_frames_as_there_can_be(path: Path) -> None:
    async with stage(path) as s:
        head = s.hub.head
        await pass_by(s, s.line(), windows=3)
        line = s.line()
        await s.hub.resume(cast("Connection", line), Resume(epoch=s.hub.epoch, seq=head))
        await line.until(head + 60)
        assert line.contiguous(head, head + 60)
        assert len(line.frames) == 1


@pytest.mark.parametrize("at_once", [False, True])
async def test_of_whoever_is_deleted_nothing_of_before_is_told_late(path: Path, at_once: bool) -> None:
    async with stage(path) as s:
        slow, member = s.line(), next(s.database.store.all_members())

        def save(tx: Transaction, **changes: object) -> None:
            now = tx.member(member.id)
            assert now is not None
            after = replace(now, seq=tx.next_seq, **changes)
            tx.put_member(after)
            tx.append(after, kind="save_member", user="mia")

        slow.is_full = True
        await s.database.write(partial(save, phone="0791234567"))
        if not at_once:
            await s.hub.flush()
        await s.database.write(partial(save, deleted=True))
        await s.hub.flush()
        slow.read_on()
        await slow.until(s.hub.head)
        told = [event for event in slow.events if isinstance(event, Member)]
        assert [(each.deleted, each.phone) for each in told] == [(True, None)] * 2
