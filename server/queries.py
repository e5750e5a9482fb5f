"""What a client may look up; each answer is the encoded `result` of the reply."""

from __future__ import annotations

from gymtui import codec
from gymtui.protocol import GetMember, ListCheckIns, ListPresent, Query, SearchMembers, SyncMembers
from server.database import Database


async def look_up(database: Database, request: Query) -> bytes | None:
    """The result; None where the member asked for is not there. StoreUnavailable as the store raises it."""
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
        case SyncMembers():
            members, after, more, seq = await query(store.sync_members, request.after_seq, request.limit)
            return _lists({"next_after_seq": after, "more": more, "as_of_seq": seq}, members=members)


def _lists(fields: dict[str, object] | None = None, **lists: list[bytes]) -> bytes:
    """One JSON object: lists of encoded values, and plain fields behind them."""
    parts = [b'"%b":%b' % (name.encode(), codec.as_list(items)) for name, items in lists.items()]
    if fields:
        parts.append(codec.encode(fields)[1:-1])
    return b"{" + b",".join(parts) + b"}"
