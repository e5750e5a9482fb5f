"""CSV files of members, as other programs write them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gymtui.importing.ours import read_members
from gymtui.importing.rows import MembersFileError, Problem

Write = Callable[[str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str | bytes) -> Path:
        file = tmp_path / "members.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    return written


def test_every_field(write: Write) -> None:
    heading = (
        "member_id,membership_number,full_name,status,plan,valid_from,valid_until,visits_left,payment_overdue,"
        "waiver_signed,hours,phone,email,birth_date,home_location,notes,alerts,guest"
    )
    row = 'm1,0042,Zoë,Frozen,Gold,2026-01-01,20261231,10,yes,N,06:00-14:00,+41 1,z@x.ch,2000-02-29,West,"a, b",'
    row += "knee; back,x"
    good, bad = read_members(write(f"{heading}\n{row}\n"))
    assert bad == []
    assert good == [
        (
            2,
            {
                "id": "m1",
                "membership_number": "0042",
                "full_name": "Zoë",
                "status": "frozen",
                "plan": "Gold",
                "valid_from": "2026-01-01",
                "valid_until": "2026-12-31",
                "visits_left": 10,
                "payment_overdue": True,
                "waiver_signed": False,
                "hours": "06:00-14:00",
                "phone": "+41 1",
                "email": "z@x.ch",
                "birth_date": "2000-02-29",
                "home_location": "West",
                "notes": "a, b",
                "alerts": ("knee", "back"),
                "guest": True,
            },
        )
    ]


@pytest.mark.parametrize(
    "heading",
    ["Name,Number", "Full Name,Member-No.", " full_name , Card Number ", "MEMBER NAME,Barcode", '"Name","Code"'],
)
def test_common_headings(write: Write, heading: str) -> None:
    assert read_members(write(f"{heading}\nAna,1\n")) == ([(2, {"full_name": "Ana", "membership_number": "1"})], [])


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_as_spreadsheets_write_it(write: Write, separator: str, newline: str, mark: str) -> None:
    lines = [separator.join(cells) for cells in (("Number", "Colour", "Name"), ("1", "red", "Ana"), ("2", "", "Ben"))]
    good, bad = read_members(write(mark + newline.join(lines)))
    assert (good, bad) == (
        [(2, {"membership_number": "1", "full_name": "Ana"}), (3, {"membership_number": "2", "full_name": "Ben"})],
        [],
    )


def test_empty_cells_say_nothing_and_empty_rows_are_none(write: Write) -> None:
    assert read_members(write("name,number,status\n\n,,\nAna, 1 ,\n")) == (
        [(4, {"full_name": "Ana", "membership_number": "1"})],
        [],
    )


def test_a_row_may_be_short_and_a_cell_may_have_lines(write: Write) -> None:
    good, bad = read_members(write('name,number,notes,plan\n"Ana\n",1,"two\nlines"\nBen,2\n'))
    assert bad == []
    assert [(line, fields.get("notes")) for line, fields in good] == [(4, "two\nlines"), (5, None)]


@pytest.mark.parametrize("mark", ["\u2028", "\x85", "\x0b", "\x1c"])
def test_only_a_newline_ends_a_row(write: Write, mark: str) -> None:
    good, bad = read_members(write(f"name,number,notes\nAna,1,a{mark}b\nBen,2,\n"))
    assert bad == []
    assert [(line, fields.get("notes")) for line, fields in good] == [(2, f"a{mark}b"), (3, None)]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("Ana,1,,,,,,,more", "has 9 cells, the heading 8"),
        (",1", "has no name"),
        ("Ana,", "has no membership number"),
        (f"{'A' * 301},1", "the name has more than 300 characters"),
        (f"Ana,{'1' * 65}", "membership_number has more than 64 characters, or some that cannot be printed"),
        ("Ana,1\x07", "membership_number has more than 64 characters, or some that cannot be printed"),
        ("Ana,1,gone", "status is one of active, frozen, banned, inactive, not 'gone'"),
        ("Ana,1,,31.12.2026", "valid_until is a date such as 2026-11-30, not '31.12.2026'"),
        ("Ana,1,,2026-02-30", "valid_until is a date such as 2026-11-30, not '2026-02-30'"),
        ("Ana,1,,,many", "visits_left is a number up to 1,000,000, not 'many'"),
        ("Ana,1,,,-1", "visits_left is a number up to 1,000,000, not '-1'"),
        ("Ana,1,,,1000001", "visits_left is a number up to 1,000,000, not '1000001'"),
        ("Ana,1,,,,maybe", "payment_overdue is yes or no, not 'maybe'"),
        ("Ana,1,,,,,6-14", "hours are such as 06:00-14:00, not '6-14'"),
        ("Ana,1,,,,,06:00Z-14:00Z", "hours are such as 06:00-14:00, not '06:00Z-14:00Z'"),
        (f"Ana,1,,,,,,{'n' * 1001}", "notes has more than 1000 characters"),
    ],
)
def test_a_bad_row_is_named_by_its_line_and_harms_no_other(write: Write, row: str, sentence: str) -> None:
    heading = "name,number,status,valid_until,visits,overdue,hours,notes"
    good, bad = read_members(write(f"{heading}\nBen,7\n{row}\nCem,8\n"))
    assert [line for line, _ in good] == [2, 4]
    assert bad == [Problem(3, sentence)]


@pytest.mark.parametrize("hours", ["00:00-00:00", "06:00-24:00", "22:00-02:00"])
def test_hours_round_the_clock_and_until_midnight(write: Write, hours: str) -> None:
    good, bad = read_members(write(f"name,number,hours\nAna,1,{hours}\n"))
    assert bad == []
    assert good[0][1]["hours"] == hours


def test_a_number_that_is_there_twice(write: Write) -> None:
    good, bad = read_members(write("name,number\nAna,1\nBen,2\nCem,1\nDea,1\n"))
    assert [line for line, _ in good] == [2, 3]
    assert bad == [Problem(line, "the number 1 is on line 2 already") for line in (4, 5)]


@pytest.mark.parametrize("text", ["", "\n", "Ana,1\n", "name\nAna\n", "number\n1\n", "name,name\nAna,1\n"])
def test_a_file_without_the_heading(write: Write, text: str) -> None:
    with pytest.raises(MembersFileError, match="needs a heading `full_name` and one of"):
        read_members(write(text))


@pytest.mark.parametrize("text", ["name,number\nZoë,1\n".encode("latin-1"), "name,number\nZoë,1\n".encode("utf-16")])
def test_a_file_that_is_not_utf8(write: Write, text: bytes) -> None:
    with pytest.raises(MembersFileError, match="is not UTF-8: please save it as “CSV UTF-8”"):
        read_members(write(text))


@pytest.mark.parametrize(("name", "why"), [("none.csv", "No such file or directory"), ("", "Is a directory")])
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(MembersFileError, match=f"cannot be read: {why}."):
        read_members(tmp_path / name)


OPEN = "has a quote that does not end where its cell does"


@pytest.mark.parametrize("rest", ["", "Cem,3,\n", 'Cem,3,"knee, back"\n', 'Cem,3,""\n', "Cem,3,\n" * 30_000])
@pytest.mark.parametrize("row", ['"Ana,1,', 'Ana,"1,', 'Ana,1,"', '"Ana ""A"",1,', '"Ana "A" Abt",1,'])
def test_a_quote_that_does_not_end_is_named_by_its_line_and_harms_no_other(write: Write, row: str, rest: str) -> None:
    good, bad = read_members(write(f"name,number,notes\nBen,2,\n{row}\nDea,4,\n{rest}"))
    assert [line for line, _ in good][:3] == [2, 4, 5][: len(good)]
    assert bad[0] == Problem(3, OPEN)
    assert len(good) + len(bad) == 3 + rest.count("\n")


def test_every_quote_that_does_not_end_is_named(write: Write) -> None:
    good, bad = read_members(write('name,number\n"Ana,1\n"Ben,2\n"Cem\n",3\nDea,"4\n'))
    assert [line for line, _ in good] == [5]
    assert bad == [Problem(line, OPEN) for line in (2, 3, 6)]


def test_a_quote_that_does_not_end_in_the_heading(write: Write) -> None:
    for rows in ("", "Ana,1\n" * 30_000):
        with pytest.raises(MembersFileError, match=f"its first line is no heading, it {OPEN}"):
            read_members(write('"name,number\n' + rows))


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_cell_without_an_end_is_one_bad_row(write: Write, quote: str) -> None:
    good, bad = read_members(write(f"name,number,notes\nBen,2,\nAna,1,{quote}{'x' * 200_000}{quote}\nCem,3,\n"))
    assert [line for line, _ in good] == [2, 4]
    assert bad == [Problem(3, "has a cell of more than 131,072 characters")]


def test_each_alert_may_be_long(write: Write) -> None:
    alerts = ["a" * 1000, "b" * 1000]
    good, bad = read_members(write(f"name,number,alerts\nBen,2,{'; '.join(alerts)}\nAna,1,{'c' * 1001}\n"))
    assert [fields["alerts"] for _, fields in good] == [tuple(alerts)]
    assert bad == [Problem(3, "alerts has one of more than 1000 characters")]


def test_more_alerts_than_a_member_may_have_are_one_bad_row(write: Write) -> None:
    few, many = ("; ".join(["a"] * number) for number in (20, 21))
    good, bad = read_members(write(f"name,number,alerts\nBen,2,{few}\nAna,1,{many}\n"))
    assert [fields["alerts"] for _, fields in good] == [("a",) * 20]
    assert bad == [Problem(3, "alerts has 21, and a member has 20 at the most")]
