"""A `Transaction` on SQLite."""

from __future__ import annotations

from server.store.sql.transaction import SqlTransaction


class SqliteTransaction(SqlTransaction):
    """Between BEGIN and COMMIT."""

    def touch(self) -> None:
        # SQLite writes no commit in which everything is as it was: such a probe would prove nothing.
        number = self._one("PRAGMA user_version")[0]
        self._db.execute(f"PRAGMA user_version = {(number + 1) % 2**31}")
