"""Queries: what a client may look up without changing anything; each answer is the encoded `result` of the reply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import UNSET, UnsetType

from gymtui import clock, codec
from gymtui.protocol import (
    MAX_PART,
    CheckIns,
    Conflicts,
    GetMember,
    GetPeak,
    ListCheckIns,
    ListConflicts,
    ListPresent,
    ListRefusals,
    MemberCard,
    Members,
    MembersPage,
    Present,
    Query,
    Refusals,
    SearchMembers,
    SyncMembers,
)
from server.gym.conflicts import newest
from server.gym.sight import Sight
from server.store import NoPage, Store, TooLong
from server.store.group_commit import GroupCommit
from server.store.pages import fitting
from server.store.reading import Reads

WEEK: Final = 7 * clock.DAY
LOOKED: Final = 500  # members that are looked at where some may have been found by what is hidden
NARROWED: Final[Mapping[type[Query], str]] = {  # how what takes too long is asked for less
    SearchMembers: "by more of the name or the number",
    GetPeak: "to fewer weeks",
    ListCheckIns: "by days, a member or more of the name",
    ListRefusals: "by days, a member or more of the name",
    ListConflicts: "to the last days",
}


class Unanswerable(Exception):
    """A question without an answer; the text says what is wrong with it."""


async def look_up(database: GroupCommit, user: str, request: Query, now: int, sight: Sight) -> bytes | None:
    """The result as the `sight` has it, asked by a user at `now` (ms); None where the member asked for is not there.
    Unanswerable, and StoreUnavailable as the store raises it."""
    try:
        return await _answer(database.store, database.reads_of(user), request, now, sight)
    except TooLong as error:
        how = NARROWED.get(type(request), "to less at once")
        raise Unanswerable(f"That takes the server too long: please narrow it {how}.") from error
    except NoPage as error:
        raise Unanswerable("No page ended with this `cursor`: please begin without one.") from error
    except (ValueError, OverflowError) as error:
        raise Unanswerable(f"That is no time there is: {error}.") from error


def _told(sight: Sight, text: str | None, number: int | None) -> int | UnsetType:
    """How many there are in all, to somebody who sees all of them."""
    return UNSET if number is None or (text is not None and sight.is_blind_to(text)) else number


async def _answer(store: Store, query: Reads, request: Query, now: int, sight: Sight) -> bytes | None:
    encoded = codec.encoded
    match request:
        case SearchMembers():
            found, near = await _found(store, query, request, sight)
            found, near = sight.members(found), sight.members(near)
            fits = fitting([*found, *near], MAX_PART)
            return codec.encode(Members(members=encoded(found[:fits]), near=encoded(near[: max(0, fits - len(found))])))
        case GetMember():
            card = await query(store.get_member, request.member_id)
            if card is None:
                return None
            member, visits, totals = card
            return codec.encode(MemberCard(encoded([sight.member(member)])[0], encoded(visits), totals))
        case GetPeak():
            return codec.encode(await query(store.peak, request.weeks))
        case ListPresent():
            visits, cursor, seq = await query(store.list_present, request.limit, request.cursor)
            return codec.encode(Present(present=encoded(visits), cursor=cursor, as_of_seq=seq))
        case ListCheckIns():
            visits, cursor, number = await query(store.list_check_ins, request)
            visits, in_all = sight.rows(request.text, visits), _told(sight, request.text, number)
            return codec.encode(CheckIns(check_ins=encoded(visits), cursor=cursor, in_all=in_all))
        case ListRefusals():
            refusals, cursor, number = await query(store.list_refusals, request)
            refusals, in_all = sight.rows(request.text, refusals), _told(sight, request.text, number)
            return codec.encode(Refusals(refusals=encoded(refusals), cursor=cursor, in_all=in_all))
        case ListConflicts():
            since = now - WEEK if request.since is None else clock.to_ms(request.since)
            notes, more = await query(newest, store, since, request.limit)
            told = [codec.encode(note) for note in notes]
            page = told[: fitting(told, MAX_PART)]
            return codec.encode(Conflicts(conflicts=encoded(page), more=more or len(page) < len(told)))
        case SyncMembers():
            page, after, more, seq = await query(store.sync_members, request.after_seq, request.limit)
            members = encoded(sight.members(page))
            return codec.encode(MembersPage(members=members, next_after_seq=after, more=more, as_of_seq=seq))


async def _found(store: Store, query: Reads, request: SearchMembers, sight: Sight) -> tuple[list[bytes], list[bytes]]:
    """Whom the text finds, and who is near."""
    text, limit = request.text, request.limit
    if sight.is_blind_to(text):
        return sight.found(text, await query(store.search_members, text, LOOKED))[:limit], []
    found = await query(store.search_members, text, limit)
    room = limit - len(found)
    return found, await query(store.near_members, text, room) if room else []
