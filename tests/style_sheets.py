"""Style sheets parsed once in a process: each app parses those of all its widgets again, a tenth of a test's time."""

from __future__ import annotations

from typing import Any

import textual.css.stylesheet
from textual.css.model import RuleSet
from textual.css.parse import parse
from textual.css.tokenizer import Token
from textual.css.types import CSSLocation


def parse_once() -> None:
    """From here on, in this process, every style sheet; the rules that come of it are only read."""
    parsed: dict[tuple[object, ...], list[RuleSet]] = {}

    def parsed_once(
        scope: str, css: str, read_from: CSSLocation, *, variable_tokens: dict[str, list[Token]], **kind: Any
    ) -> list[RuleSet]:
        values = tuple((name, *(token.value for token in tokens)) for name, tokens in variable_tokens.items())
        key = (scope, css, read_from, values, *kind.items())
        if key not in parsed:
            parsed[key] = list(parse(scope, css, read_from, variable_tokens=variable_tokens, **kind))
        return parsed[key]

    module: Any = textual.css.stylesheet
    module.parse = parsed_once
