"""What the server needs of a database: one small interface, whatever the engine.

Everything that changes the gym is work on a `Transaction`, run by the one writer; everything that only looks is a
query of the `Store`. A row of the journal is encoded once, when it is written, and is the same bytes ever after.
Which engine it is, only `server.store.opening` knows.
"""

from __future__ import annotations

from server.store.audit import Audit
from server.store.errors import BackupError, DatabaseDamaged, NoPage, StoreError, StoreUnavailable, TooLong
from server.store.foreseen import Foreseen
from server.store.interface import DONE, Lists, Store, Transaction, Work
from server.store.records import (
    UNNAMED,
    Access,
    Committed,
    Conflict,
    Counts,
    Head,
    ImportedRow,
    Issued,
    IssuedToken,
    JournalRow,
    KeptVisit,
    LoginRecord,
    MemberChange,
    OpenLogin,
    Outcome,
    PinTries,
    Room,
    Row,
    Settled,
    SnapshotData,
    Standing,
    User,
    Visit,
    VisitColumns,
    as_result,
)

__all__ = [
    "DONE",
    "UNNAMED",
    "Access",
    "Audit",
    "BackupError",
    "Committed",
    "Conflict",
    "Counts",
    "DatabaseDamaged",
    "Foreseen",
    "Head",
    "ImportedRow",
    "Issued",
    "IssuedToken",
    "JournalRow",
    "KeptVisit",
    "Lists",
    "LoginRecord",
    "MemberChange",
    "NoPage",
    "OpenLogin",
    "Outcome",
    "PinTries",
    "Room",
    "Row",
    "Settled",
    "SnapshotData",
    "Standing",
    "Store",
    "StoreError",
    "StoreUnavailable",
    "TooLong",
    "Transaction",
    "User",
    "Visit",
    "VisitColumns",
    "Work",
    "as_result",
]
