"""Words in cells: what a state is called, yes and no, what means nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from gymtui.search.folding import fold

STATES: Final[dict[str, str]] = {
    "active": "active, act, current, ok, good, good standing, in good standing, enabled, valid, new, grace, paid, "
    "yes, open, live, in force, regular, member, aktiv, gultig, bezahlt, actif, active e, valide, a jour, activo, "
    "activa, vigente, al dia, attivo, attiva, valido, ativo, ativa, actief, lopend, aktivt, aktivni, 1, true, y, "
    "a, aktywny, aktywna, oplacony, wazny, em dia, activa, regular",
    "inactive": "inactive, inact, expired, lapsed, ended, cancelled, canceled, terminated, closed, deleted, "
    "archived, former, former member, ex member, past, old, left, disabled, deactivated, no, not active, not a "
    "member, non member, nonmember, none, no membership, lead, prospect, invited, website signup, pending, "
    "pendingnew, pending new, deceased, withdrawn, resigned, dropped, invalid, inaktiv, abgelaufen, gekundigt, "
    "ausgetreten, beendet, geloscht, ehemalig, ungultig, verstorben, inactif, inactive e, expire, expiree, "
    "resilie, resiliee, termine, annule, radie, inactivo, inactiva, baja, de baja, vencido, vencida, caducado, "
    "caducada, cancelado, cancelada, inattivo, inattiva, scaduto, scaduta, disdetto, cessato, inativo, inativa, "
    "opgezegd, verlopen, beeindigd, utmeldt, utlopt, nieaktywny, nieaktywna, wygasly, "
    "wygasl, rezygnacja, 0, false, n, i",
    "frozen": "frozen, freeze, freezed, on freeze, on hold, hold, paused, pause, suspended, suspension, vacation, "
    "medical hold, medical freeze, leave of absence, ruhend, ruht, pausiert, eingefroren, stillgelegt, sistiert, "
    "suspendu, suspendue, gele, en pause, congelado, congelada, suspendido, suspendida, pausado, pausada, "
    "sospeso, sospesa, congelato, suspenso, bevroren, gepauzeerd, frosset, fryst, zawieszony, zawieszona, zamrozony",
    "banned": "banned, barred, blacklisted, blocked, expelled, trespassed, do not admit, no entry, access denied, "
    "gesperrt, hausverbot, ausgeschlossen, bloque, bloquee, exclu, exclue, bloqueado, bloqueada, expulsado, "
    "bloccato, espulso, geblokkeerd, sperret, zablokowany, zablokowana",
    "overdue": "overdue, past due, in arrears, arrears, delinquent, unpaid, owing, uberfallig, im ruckstand, "
    "impaye, en retard, moroso, morosa, impagado, insoluto, inadimplente, zalegly",
}
YES: Final = frozenset(
    "yes, y, true, t, 1, x, on, checked, signed, ja, j, wahr, oui, o, vrai, si, s, verdadero, vero, sim, "
    "verdadeiro, sant, waar, tak, ano, kylla, da, unterschrieben, signe, firmado, firmato, ✓, ✔, ☑, ☒".split(", ")
)
NO: Final = frozenset(
    "no, n, false, f, 0, off, unchecked, not signed, unsigned, nein, falsch, non, faux, falso, nao, nei, nej, "
    "usann, falskt, onwaar, nee, nie, ne, ei, none, never, nicht unterschrieben, non signe, ☐, ✗, ✘".split(", ")
)
NOTHING: Final = frozenset(["", "-", "--", "—", "–", "n/a", "na", "null", "nil", "(blank)", "(none)"])
LONGEST_NOTHING: Final = max(map(len, NOTHING))
NO_PLAN: Final = frozenset(
    "no membership, none, no plan, non member, nonmember, not a member, no active membership, lead, prospect, "
    "kein, keine, keine mitgliedschaft, aucun, sans abonnement, ninguno, ninguna, nessuno, nessun abbonamento".split(
        ", "
    )
)
NOBODY: Final = frozenset(
    "walk in, walkin, walk in customer, walk in client, guest, house account, cash sale, cash customer, test, "
    "test test, test member, test client, test user, unknown, anonymous, n n, no name, laufkundschaft, gast".split(", ")
)
UNLIMITED: Final = frozenset(
    "unlimited, unlim, infinite, ∞, illimite, illimitee, illimitato, ilimitado, unbegrenzt, unbeschrankt, "
    "onbeperkt".split(", ")
)

_STATES: Final = {word: state for state, words in STATES.items() for word in words.split(", ")}


@lru_cache(maxsize=1 << 16)
def plain(cell: str) -> str:
    """A cell's words as they are compared: `On-Hold ` is `on hold`."""
    return " ".join(re.findall(r"[^\W_]+", fold(cell))) or cell.strip()


def state_of(cell: str) -> str:
    """The state that a word is known for; "" where it is not known."""
    return _STATES.get(plain(cell), "")


def yes_or_no(cell: str) -> bool | None:
    """What it says; None where it says neither."""
    word = plain(cell)
    return True if word in YES else False if word in NO else None


def is_nothing(cell: str) -> bool:
    """Is it how a program writes that a cell is empty? Not to be asked of a name: Null is one."""
    word = cell.strip()
    return len(word) <= LONGEST_NOTHING and word.lower() in NOTHING


def are_yes_or_no(cells: Iterable[str]) -> bool:
    """Are all of them, one at the least, yes or no?"""
    distinct = set(cells)
    return bool(distinct) and all(yes_or_no(cell) is not None for cell in distinct)
