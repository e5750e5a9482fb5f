"""What spreadsheets do to a list, and the kinds of file that they make of it."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

import pytest

from gymtui.importing.rows import MembersFileError
from tests.member_lists_kit import comes_in, looked, people, sample

CARDS = "Name,Barcode,Status\nAna,{},Active\nBen,77,Cancelled\n"


@pytest.mark.parametrize(
    ("cell", "number"),
    [('"=""00123"""', "00123"), ("'00123", "00123"), ("00123", "00123"), ("12E5", "12E5"), ("1.234", "1.234")],
)
def test_a_number_is_what_is_on_the_card(cell: str, number: str) -> None:
    assert people(looked(CARDS.format(cell).encode()))["Ana"].membership_number == number


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("1.23E+15", "was rounded by a spreadsheet"),
        ("1.23456789012346E+018", "was rounded by a spreadsheet"),
        ('"1,23E+15"', "was rounded by a spreadsheet"),
        ("123.0", "was made a number with decimals by a spreadsheet"),
        ('"1,234,567"', "was given separators of thousands"),
        ("1.234.567", "was given separators of thousands"),
        ("1234567890123000", "has 16 digits or more and ends in 000: a spreadsheet has rounded it"),
        ("#N/A", "is a spreadsheet's error"),
        ("#####", "is a spreadsheet's error"),
    ],
)
def test_a_number_that_is_damaged_is_nobodys(cell: str, why: str) -> None:
    seen = looked(CARDS.format(cell).encode())
    assert set(people(seen)) == {"Ben"}
    assert [problem.line for problem in seen.left_out] == [2]
    assert why in seen.left_out[0].sentence


def test_a_phone_that_is_damaged_keeps_nobody_out() -> None:
    seen = looked(b"Name,Barcode,Status,Mobile\nAna,1,Active,4.14E+10\nBen,2,Lapsed,'+41 44\n")
    assert {name: member.phone for name, member in people(seen).items()} == {"Ana": None, "Ben": "+41 44"}
    assert [remark.line for remark in seen.remarks] == [2]


def test_zeros_that_all_numbers_may_have_lost_are_told() -> None:
    rows = "".join(f"Ana {n},{n * 97 + 1000},Active\n" for n in range(200))
    notes = looked(f"Name,Barcode,Status\n{rows}".encode()).table.notes
    assert "numbers have 4 to 5 digits, and none begins with 0" in notes[0]
    assert looked(f"Name,Barcode,Status\n{rows}Ben,00123,Active\n".encode()).table.notes == []


@pytest.mark.parametrize("date", ["1/31/2027", "31/01/2027", "31.01.2027", "2027-01-31", "2027/01/31", "31-Jan-2027"])
@pytest.mark.parametrize("words", [("TRUE", "FALSE"), ("WAHR", "FALSCH"), ("VRAI", "FAUX"), ("SANT", "USANN")])
def test_dates_and_yes_and_no_in_the_words_of_a_country(date: str, words: tuple[str, str]) -> None:
    list = sample(
        f"""
        Name;Barcode;Active;Expires;Balance
        Ana;1;{words[0]};{date};-12,5
        Ben;2;{words[1]};{date};0,00
        """,
        {},
        {},
        {"sign of Balance": "owes"},
    )
    seen = looked(list.content, list.answers)
    found = people(seen)
    assert {name: comes_in(member) for name, member in found.items()} == {"Ana": True, "Ben": False}
    assert {member.valid_until for member in found.values()} == {"2027-01-31"}
    assert found["Ana"].payment_overdue
    assert not found["Ben"].payment_overdue


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("first", ["", "sep={}\r\n", "Members, all; of them\r\n\r\n"])
def test_text_as_spreadsheets_write_it(encoding: str, separator: str, first: str) -> None:
    rows = (("Name", "Barcode", "Status"), ("Zoë", "01", "Active"), ("Li; Jo, a|b\tc", "02", "Lapsed"))
    lines = [separator.join(f'"{cell}"' for cell in row) for row in rows]
    seen = looked((first.format(separator) + "\r\n".join(lines)).encode(encoding))
    assert {name: comes_in(member) for name, member in people(seen).items()} == {"Zoë": True, "Li; Jo, a|b\tc": False}


def test_letters_that_the_file_does_not_tell_are_asked_with_three_names() -> None:
    content = "Name;Barcode;Status\nJosé Peña;1;Active\nZoë Müller;2;Lapsed\n".encode("cp1252")
    (question,) = looked(content).questions
    assert question.is_open
    assert question.choices["cp1252"] == "Peña, José, Zoë (Western Europe)"
    assert question.choices["cp1250"].startswith("Peńa, José")
    assert set(people(looked(content, {"letters": "cp1252"}))) == {"José Peña", "Zoë Müller"}


def test_a_table_of_html_that_is_named_xls() -> None:
    content = b"""<html><head><meta charset="utf-8"></head><body><table><tr><td>Logo</td></tr></table>
        <table border=1><tr><th colspan="3">All members</th></tr>
        <tr><th>Client<br>Name</th><th>Barcode</th><th>Expiration Date</th></tr>
        <tr><td>Jos&eacute; &amp; Co</td><td>00123</td><td>12/31/2026</td></tr>
        <tr><td>Ben <b>Ode</b></td><td>00124</td><td>1/31/2026</td></tr></table></body></html>"""
    found = people(looked(content))
    assert {member.membership_number: comes_in(member) for member in found.values()} == {"00123": True, "00124": False}
    assert set(found) == {"José & Co", "Ben Ode"}


def test_the_xml_that_excel_wrote_in_2003() -> None:
    cells = "<Cell><Data>{}</Data></Cell>"
    rows = [["Name", "Barcode", "Status"], ["Ana", "00123", "Active"], ["Ben", "00124", "Lapsed"]]
    body = "".join(f"<Row>{''.join(map(cells.format, row))}</Row>" for row in rows)
    content = f'<?xml version="1.0"?><Workbook><Worksheet><Table>{body}</Table></Worksheet></Workbook>'.encode()
    assert {name: comes_in(member) for name, member in people(looked(content)).items()} == {"Ana": True, "Ben": False}


def workbook(*rows: list[Any], formats: dict[str, str] | None = None, notes: bool = True) -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for place, format in (formats or {}).items():
        book.active[place].number_format = format
    if notes:
        book.create_sheet("Notes").append(["nothing to see"])
    book.create_sheet("Old").append(["Name", "Barcode"])
    book["Old"].sheet_state = "hidden"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_a_workbook_keeps_what_its_formats_show() -> None:
    content = workbook(
        ["Riverside"],
        ["Member", "Barcode", "Tag", "Expiry Date", "Active", "Phone"],
        ["Ana", 123, "007", datetime(2026, 12, 31), True, "+41441234568"],
        ["Ben", 124, None, date(2026, 1, 31), True, 41441234568],
        ["Cem", 1234567890123456789, None, date(2026, 12, 31), True, None],
        ["Dea", 126.0, None, date(2026, 12, 31), False, None],
        formats={"B3": "00000", "B4": '"G-"00000'},
    )
    seen = looked(content)
    found = people(seen)
    assert {name: comes_in(member) for name, member in found.items()} == {"Ana": True, "Ben": False, "Dea": False}
    assert [card.code for card in found["Ana"].cards] == ["00123", "007"]
    assert [member.membership_number for member in found.values()] == ["00123", "G-00124", "126"]
    assert [(problem.line, "was rounded" in problem.sentence) for problem in seen.left_out] == [(5, True)]
    assert found["Ana"].phone == "+41441234568"


def test_which_sheet_has_the_members_is_asked() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(io.BytesIO(workbook(["Name", "Barcode", "Status"], ["Ana", "1", "Active"])))
    for row in (["Name", "Barcode", "Status"], ["Zoe", "2", "Lapsed"]):
        book["Notes"].append(row)
    content = io.BytesIO()
    book.save(content)
    (question,) = looked(content.getvalue()).open
    assert list(question.choices) == ["Sheet", "Notes"]
    assert set(people(looked(content.getvalue(), {"table": "Notes"}))) == {"Zoe"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "please save it as .xlsx"),
        (b"PK\x03\x04" + b"\0" * 50, "it is a workbook that is damaged"),
        (b"\xff\xfe\x00", "neither text nor a workbook"),
        (b"", "no line at its beginning is a heading"),
        (b"Ana,1\nBen,2\n", "no line at its beginning is a heading"),
        (b"<html><p>please log in</p></html>", "no line at its beginning is a heading"),
    ],
)
def test_a_file_that_is_no_list(content: bytes, sentence: str) -> None:
    with pytest.raises(MembersFileError, match=sentence):
        looked(content)
