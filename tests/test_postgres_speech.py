"""The statements of every engine, as PostgreSQL spells them."""

from __future__ import annotations

import pytest

from server.store.postgres.speech import sayable, spoken


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT ? WHERE a = ?", "SELECT $1 WHERE a = $2"),
        ("SELECT ?2 WHERE a = ?1 OR b = ?2", "SELECT $2 WHERE a = $1 OR b = $2"),
        ("SELECT a FROM visits INDEXED BY visits_by_time WHERE b", "SELECT a FROM visits WHERE b"),
        ("SELECT a FROM b /* ORDER BY a */ LIMIT ?", "SELECT a FROM b  ORDER BY a  LIMIT $1"),
        ("CAST(m.member AS TEXT) -> '$.deleted' = 'true'", "(told(m.member) #> '{deleted}')::text = 'true'"),
        ("CAST(event AS TEXT) ->> '$.member.id' = ?", "(told(event) #>> '{member,id}') = $1"),
        ("instr(payload, CAST('\"late\"' AS BLOB))", "instr(payload, CAST('\"late\"' AS BYTEA))"),
    ],
)
def test_what_is_spelled_otherwise(sql: str, said: str) -> None:
    assert spoken(sql) == said


def test_a_value_without_nul() -> None:
    assert [sayable(value) for value in ("a", b"\0", 0, None)] == ["a", b"\0", 0, None]
    assert [sayable(value) for value in ("a\0b", r'["a\u0000b"]')] == ["a\ue000b", r'["a\ue000b"]']
