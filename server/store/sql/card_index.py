"""The index of cards: by which canonical keys a card is found, kept up with every change of a member."""

from __future__ import annotations

from gymtui.cards.owned import index_entries
from gymtui.protocol import Member
from server.store.sql.database import Database


def index_cards(db: Database, member: Member, before: Member | None) -> bool:
    """Enters a member's cards in the index; of what was there `before`, only the difference is written. Are they others
    than before?"""
    if before is not None and (before.membership_number, before.cards) == (member.membership_number, member.cards):
        return False
    new, old = index_entries(member), set() if before is None else index_entries(before)
    if gone := old - new:
        db.executemany(
            "DELETE FROM cards WHERE key = ? AND code = ? AND member_id = ?", [(*entry, member.id) for entry in gone]
        )
    db.executemany("INSERT INTO cards VALUES (?, ?, ?)", [(*entry, member.id) for entry in new - old])
    return True


def holders(db: Database, *keys: str) -> list[tuple[bytes, str]]:
    """`(member, code)` of the cards that have one of these keys."""
    found = db.execute(
        "SELECT DISTINCT m.id, m.member, c.code FROM cards c CROSS JOIN members m "
        f"WHERE m.id = c.member_id AND c.key IN ({', '.join('?' * len(keys))}) ORDER BY m.id",
        keys,
    )
    return [(member, code) for _, member, code in found]
