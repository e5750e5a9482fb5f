"""What may be a password or a PIN from now on; one of before that is shorter goes on working until it is changed."""

from __future__ import annotations

import re
from typing import Final

from gymtui.names import folded, spellings

LEAST: Final = 8  # characters of a password
MANAGERS: Final = 12  # of one of a manager, who may do everything
PIN: Final = re.compile("[0-9]{6,12}")
NO_PIN: Final = "A PIN has 6 to 12 digits"

# What is tried first, without what is put behind it to satisfy a rule, and in small letters.
COMMON: Final = frozenset(
    "password passwort kennwort passwd motdepasse contrasena contraseña senha haslo wachtwoord secret geheim geheimnis "
    "qwerty qwertz azerty qwertyuiop qwertzuiop azertyuiop asdfghjkl asdfgh yxcvbnm zxcvbnm qwer asdf abc abcd abcdef "
    "abcdefg abcdefgh welcome willkommen bienvenue letmein changeme default login admin administrator root user guest "
    "test testtest manager staff operator reception frontdesk gym gymtui fitness fitnessstudio training workout "
    "iloveyou sunshine princess football baseball superman batman dragon monkey master shadow starwars whatever "
    "trustno hallo hello summer winter spring autumn sommer herbst fruehling".split()
)
_BEHIND: Final = re.compile(r"[\W\d_]+$")
_WRITTEN: Final = str.maketrans("@4310$5!", "aaeiossi")


def least_of(role: str | None) -> int:
    """How many characters a password of that role has at the least."""
    return MANAGERS if role == "manager" else LEAST


def unfit(password: str, *, present: str | None = None, role: str | None = None, name: str = "") -> str | None:
    """Why this cannot be the password of the user of that name and role, after the `present` one; None where it can."""
    if len(password) < (least := least_of(role)):
        whose = "A manager's password" if role == "manager" else "A password"
        words = " (four words in a row are one)" if role == "manager" else ""
        return f"{whose} has at least {least} characters{words}: please choose a longer one."
    if present is not None and next(spellings(password)) == next(spellings(present)):
        return "That is the present password: please choose another one."
    if _is_common(folded(password), folded(name)):
        return "That is among the first passwords that anybody tries: please choose another one."
    return None


def _is_common(password: str, name: str) -> bool:
    """A common word or the name, once or several times, with anything of digits and marks behind it; a few digits."""
    word = _BEHIND.sub("", password).translate(_WRITTEN)
    if not word:
        return len(password) < MANAGERS or len(set(password)) < LEAST // 2
    return len(set(password)) <= 2 or any(
        word == common * (len(word) // len(common)) for common in (*COMMON, *([name] if name else []))
    )
