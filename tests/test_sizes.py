"""What is too long has a second thing in it: no class over 200 lines, no file over 300, no function over 50."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent

import pytest

ROOT = Path(__file__).parent.parent
FILE, CLASS, FUNCTION = 300, 200, 50

TABLES = {  # functions that are one table, a line for each case, by why nobody would cut it
    "tests/test_metrics.py test_the_figures_of_a_session_are_exact": "every figure of one session",
}


def too_long(name: str, text: str) -> Iterator[str]:
    """A sentence for each thing in the text of a file that is over its limit."""
    if (lines := len(text.splitlines())) > FILE:
        yield f"{name} has {lines} lines"
    for node in statements(ast.parse(text)):
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        limit = CLASS if isinstance(node, ast.ClassDef) else FUNCTION
        if lines > limit and f"{name} {node.name}" not in TABLES:
            yield f"{name} {node.name} has {lines} lines"


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """All below it but what is in an expression: nothing is defined there, and it is most of a file."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.expr):
            yield child
            yield from statements(child)


@pytest.mark.slow
def test_nothing_is_too_long() -> None:
    paths = sorted(path for wing in ("gymtui", "server", "tests") for path in (ROOT / wing).rglob("*.py"))
    assert [each for p in paths for each in too_long(p.relative_to(ROOT).as_posix(), p.read_text())] == []


def test_a_long_thing_is_found() -> None:
    function = "def f():\n" + "    pass\n" * FUNCTION
    a_class = "class C:\n" + "    pass\n" * CLASS
    assert list(too_long("a.py", function)) == ["a.py f has 51 lines"]
    assert list(too_long("a.py", a_class)) == ["a.py C has 201 lines"]
    inside = "try:\n    pass\nexcept OSError:\n    match 1:\n        case 1:\n" + indent(function, " " * 12)
    assert list(too_long("a.py", inside)) == ["a.py f has 51 lines"]
    assert list(too_long("a.py", "\n" * (FILE + 1))) == ["a.py has 301 lines"]
    assert list(too_long("a.py", function.replace("    pass\n", "", 1))) == []


def test_every_table_is_still_there() -> None:
    for each in TABLES:
        name, _, function = each.partition(" ")
        assert f"def {function}(" in (ROOT / name).read_text()
