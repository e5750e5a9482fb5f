"""What is `slow` is said to be: a whole screen costs a third of a second, and there are hundreds of tests of them."""

from __future__ import annotations

import ast
from pathlib import Path

TESTS = Path(__file__).parent


def test_whatever_drives_a_screen_is_slow() -> None:
    quick = []
    for path in sorted(TESTS.glob("test_*.py")):
        if "pilot" not in (text := path.read_text()):
            continue
        tree = ast.parse(text)
        if any(_is_slow(node) for node in tree.body if isinstance(node, ast.Assign)):
            continue
        for test in ast.walk(tree):
            if isinstance(test, ast.AsyncFunctionDef) and test.name.startswith("test_"):
                marked = any(_is_slow(mark) for mark in test.decorator_list)
                if not marked and any(isinstance(node, ast.Name) and node.id == "pilot" for node in ast.walk(test)):
                    quick.append(f"{path.name}: {test.name}")
    assert quick == []


def _is_slow(node: ast.AST) -> bool:
    return "pytest.mark.slow" in ast.unparse(node)
