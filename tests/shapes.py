"""The types of the registry in the words of docs/PROTOCOL.md."""

from __future__ import annotations

from typing import Any, Final, get_args

import msgspec
from msgspec import UNSET, Struct, inspect
from msgspec.structs import FieldInfo

from gymtui import protocol

PATTERNS: Final = {
    get_args(kind)[1].pattern: word
    for kind, word in (
        (protocol.Day, "day"),
        (protocol.Hours, "hours"),
        (protocol.Timestamp, "time"),
        (protocol.LastDigits, "last digits"),
    )
}
WORDS_IN_ORDER: Final = (protocol.Level, protocol.MemberStatus, protocol.Role, protocol.RollCallStep)
DECLARED: Final = [get_args(kind) for kind in WORDS_IN_ORDER]


def lines_of(kind: type[Struct]) -> list[tuple[str, str]]:
    """What the page has to say of each field: its name, with `?` where it may be absent, and its shape."""
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    shapes = {field.encode_name: shape(field.type) for field in info.fields}
    return [(_name(kind, field), shapes[field.encode_name]) for field in msgspec.structs.fields(kind)]


def _name(kind: type[Struct], field: FieldInfo) -> str:
    """A client may leave out what has a default; a server does so where the struct says so."""
    parts = (protocol.MemberFields, protocol.Override, protocol.ClientInfo, protocol.UnknownCard, protocol.GymFields)
    may_leave_out = hasattr(kind, "roles") or kind in parts or kind.__struct_config__.omit_defaults
    absent = field.default is UNSET or (not field.required and may_leave_out)
    return field.encode_name + ("?" if absent else "")


def shape(of: inspect.Type) -> str:
    """A type in the page's words."""
    match of:
        case inspect.StrType():
            return _text(of)
        case inspect.IntType(ge=int(least), le=int(most)) if most < 2**63 - 1:
            return f"number {least}–{most:,}"
        case inspect.IntType() | inspect.FloatType():
            return "number"
        case inspect.LiteralType(values):
            return " / ".join(f'"{value}"' for value in _as_declared(values))
        case inspect.StructType(cls):
            return cls.__name__
        case inspect.VarTupleType(item, max_length=int(most)):
            return f"[{shape(item)}], {most} at the most"
        case inspect.VarTupleType(item) | inspect.ListType(item):
            return f"[{shape(item)}]"
        case inspect.UnionType(types):
            return " or ".join(map(shape, types))
        case inspect.Metadata(type=inner):
            return shape(inner)
        case _:
            return WORDS[type(of)]


WORDS: Final[dict[type[inspect.Type], str]] = {
    inspect.BoolType: "true / false",
    inspect.NoneType: "null",
    inspect.AnyType: "anything",
    inspect.RawType: "anything",
    inspect.DictType: "object",
}


def _text(of: inspect.StrType) -> str:
    if of.pattern is not None:
        return PATTERNS[of.pattern]
    return "text" if of.max_length is None else f"text {of.min_length or 0}–{of.max_length:,}"


def _as_declared(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """The library sorts them."""
    return next((declared for declared in DECLARED if sorted(declared) == sorted(values)), values)
