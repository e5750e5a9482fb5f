"""What a reader meant that presses the keys of a US keyboard, where the computer is set to another one."""

from __future__ import annotations

from typing import Final, NamedTuple


class _Keyboard(NamedTuple):
    """What the keys give by themselves and with Shift, in the order of `us`; a blank is a dead key."""

    plain: str
    shifted: str


_US: Final = _Keyboard(
    "`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./",
    '~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"ZXCVBNM<>?',
)
_OTHERS: Final = {
    "de": _Keyboard(
        " 1234567890ß qwertzuiopü+#asdfghjklöäyxcvbnm,.-",
        "°!\"§$%&/()=? QWERTZUIOPÜ*'ASDFGHJKLÖÄYXCVBNM;:_",
    ),
    "ch": _Keyboard(
        "§1234567890' qwertzuiopü $asdfghjklöäyxcvbnm,.-",
        '°+"*ç%&/()=? QWERTZUIOPè!£ASDFGHJKLéàYXCVBNM;:_',
    ),
    "cz": _Keyboard(
        ";+ěščřžýáíé= qwertzuiopú) asdfghjklů§yxcvbnm,.-",
        " 1234567890% QWERTZUIOP/('ASDFGHJKL\"!YXCVBNM?:_",
    ),
    "fr": _Keyboard(
        "²&é\"'(-è_çà)=azertyuiop $*qsdfghjklmùwxcvbn,;:!",
        " 1234567890°+AZERTYUIOP £µQSDFGHJKLM%WXCVBN?./§",
    ),
    "be": _Keyboard(
        "²&é\"'(§è!çà)-azertyuiop $µqsdfghjklmùwxcvbn,;:=",
        "³1234567890°_AZERTYUIOP *£QSDFGHJKLM%WXCVBN?./+",
    ),
    "it": _Keyboard(
        "\\1234567890'ìqwertyuiopè+ùasdfghjklòàzxcvbnm,.-",
        '|!"£$%&/()=?^QWERTYUIOPé*§ASDFGHJKLç°ZXCVBNM;:_',
    ),
    "es": _Keyboard(
        "º1234567890'¡qwertyuiop +çasdfghjklñ zxcvbnm,.-",
        'ª!"·$%&/()=?¿QWERTYUIOP *ÇASDFGHJKLÑ ZXCVBNM;:_',
    ),
    "tr": _Keyboard(
        '"1234567890*-qwertyuıopğü,asdfghjklşizxcvbnmöç.',
        "é!'^+%&/()=?_QWERTYUIOPĞÜ;ASDFGHJKLŞİZXCVBNMÖÇ:",
    ),
}
LAYOUTS: Final = ("us", *_OTHERS)

_MEANT: Final = {
    name: dict(zip(keys.plain + keys.shifted, _US.plain + _US.shifted, strict=True)) | {" ": " "}
    for name, keys in {"us": _US, **_OTHERS}.items()
}
# Where digits need Shift a reader that presses none types signs: these alone are told without a profile.
_DIGITS: Final = [dict(zip(_OTHERS[name].plain[1:11], "1234567890", strict=True)) for name in ("fr", "be", "cz")]
_FEWEST: Final = 4
_TURKISH: Final = {"ı": "I", "I": "ı", "i": "İ", "İ": "i"}  # whose dots have capitals of their own


def meant(layout: str, text: str, *, caps_lock: bool = False) -> str | None:
    """The text that the reader has, where `text` arrived; None where no key of that keyboard types it."""
    keys = _MEANT[layout]
    typed = [_without_caps_lock(layout, c) for c in text] if caps_lock else text
    return "".join(keys[c] for c in typed) if all(c in keys for c in typed) else None


def meant_digits(text: str) -> str | None:
    """The digits that arrived as the signs on their keys, `&é"'` for 1234: four or more, all of one keyboard, and the
    same number whichever keyboard it is (`éééé` is 2222 in France, and 0000 at Prague)."""
    signs = text.lower()  # a Caps Lock makes É of é, and no digits
    read = {"".join(keys[c] for c in signs) for keys in _DIGITS if all(c in keys for c in signs)}
    return read.pop() if len(read) == 1 and len(signs) >= _FEWEST else None


def _without_caps_lock(layout: str, c: str) -> str:
    other = _TURKISH.get(c, c.swapcase()) if layout == "tr" else c.swapcase()
    return other if len(other) == 1 else c  # `ß` has no capital on a keyboard
