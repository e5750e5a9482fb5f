"""Queries: what a client may look up without changing anything; each answer is the encoded `result` of the reply."""

from __future__ import annotations

from typing import Final

from gymtui import clock, codec
from gymtui.protocol import (
    MAX_PART,
    GetMember,
    ListCheckIns,
    ListConflicts,
    ListPresent,
    Query,
    SearchMembers,
    SyncMembers,
)
from server.gym.conflicts import newest
from server.store import NoPage
from server.store.group_commit import GroupCommit
from server.store.pages import fitting

WEEK: Final = 7 * clock.DAY


class Unanswerable(Exception):
    """A question without an answer; the text says what is wrong with it."""


async def look_up(database: GroupCommit, request: Query, now: int) -> bytes | None:
    """The result, asked at `now` (ms); None where the member asked for is not there. Unanswerable, and StoreUnavailable
    as the store raises it."""
    try:
        return await _answer(database, request, now)
    except NoPage as error:
        raise Unanswerable("No page ended with this `cursor`: please begin without one.") from error
    except (ValueError, OverflowError) as error:
        raise Unanswerable(f"That is no time there is: {error}.") from error


async def _answer(database: GroupCommit, request: Query, now: int) -> bytes | None:
    store, query = database.store, database.query
    match request:
        case SearchMembers():
            return _lists(members=await query(store.search_members, request.text, request.limit))
        case GetMember():
            found = await query(store.get_member, request.member_id)
            return found and b'{"member":' + found[0] + b"," + _lists(visits=found[1])[1:]
        case ListPresent():
            visits, cursor, seq = await query(store.list_present, request.limit, request.cursor)
            return _lists({"cursor": cursor, "as_of_seq": seq}, present=visits)
        case ListCheckIns():
            visits, cursor = await query(store.list_check_ins, request)
            return _lists({"cursor": cursor}, check_ins=visits)
        case ListConflicts():
            since = now - WEEK if request.since is None else clock.to_ms(request.since)
            notes, more = await query(newest, store, since, request.limit)
            told = [codec.encode(note) for note in notes]
            page = told[: fitting(told, MAX_PART)]
            return _lists({"more": more or len(page) < len(told)}, conflicts=page)
        case SyncMembers():
            members, after, more, seq = await query(store.sync_members, request.after_seq, request.limit)
            return _lists({"next_after_seq": after, "more": more, "as_of_seq": seq}, members=members)


def _lists(fields: dict[str, object] | None = None, **lists: list[bytes]) -> bytes:
    """One JSON object: lists of encoded values, and plain fields behind them."""
    parts = [b'"%b":%b' % (name.encode(), codec.as_list(items)) for name, items in lists.items()]
    if fields:
        parts.append(codec.encode(fields)[1:-1])
    return b"{" + b",".join(parts) + b"}"
