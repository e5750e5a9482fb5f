"""Whatever a file has in it: it is a list with questions, or it is none and a sentence says so."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gymtui.importing.headings import FIELDS
from gymtui.importing.looking import Answers, look
from gymtui.importing.plan_file import Plan, read, written
from gymtui.importing.rows import MembersFileError
from tests.member_lists_kit import TODAY, looked

pytestmark = pytest.mark.slow

HEADINGS = st.sampled_from([text.split(", ")[0] for text in FIELDS.values()] + ["Name", "Odd", "Visits", "", "Name "])
ODD = "Ana|Silva, Ana|1|00123|3/10|yes|x|no|Active|odd|-25,50|01/02/2027|31.02.2027|0000-00-00|never|n/a|1.23E+15|²/3|٣"
KNOWN = [*ODD.split("|"), "", "'", '="', '="1"', "(", "10 (3 left)", "99999999999999999999"]
CELLS = st.sampled_from(KNOWN) | st.text(max_size=8)
TABLES = st.lists(HEADINGS, min_size=1, max_size=6).flatmap(
    lambda heading: st.tuples(
        st.just(heading), st.lists(st.lists(CELLS, min_size=len(heading), max_size=len(heading)), max_size=5)
    )
)


def csv(rows: list[list[str]]) -> bytes:
    lines = [";".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    return "\n".join(lines).encode("utf-8", "replace")


@given(TABLES, st.integers(0, 3))
@settings(max_examples=200)
def test_any_table_is_a_plan_that_can_be_read_again(table: tuple[list[str], list[list[str]]], choice: int) -> None:
    heading, rows = table
    content = csv([heading, *rows])
    answers: dict[str, str] = {}
    with suppress(MembersFileError):
        for _ in range(6):
            seen = look(content, Answers(answers=answers), today=TODAY)
            for question in seen.questions:
                answers[question.key] = list(question.choices)[choice % len(question.choices)]
        seen = look(content, Answers(answers=answers), today=TODAY)
        assert seen.open == []
        plan = read(written(seen, Plan(seen.digest, Answers(answers=answers)), "any.csv", []))
        assert plan.answers.answers == {question.key: question.answer for question in seen.questions}
        assert look(content, plan.answers, today=TODAY).rows == seen.rows


@given(st.binary(max_size=200))
@settings(max_examples=200)
def test_any_bytes_are_a_list_or_none(content: bytes) -> None:
    for begin in (b"", b"PK\x03\x04", b"Name;Barcode\n", b"\xff\xfe", b"<table><tr><td>Name<td>Code<tr>"):
        with suppress(MembersFileError):
            looked(begin + content)
