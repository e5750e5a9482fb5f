"""What a kiosk says in public, how large, and the lock that only its PIN opens."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from gymtui.client.state import ConnectionState, Phase, Verdict, VerdictKind
from gymtui.kiosk_lock import REST, KioskLock, KioskLocked
from gymtui.protocol import MemberRef
from gymtui.ui.block_letters import ROWS, block_letters
from gymtui.ui.kiosk import SAID, TO_THE_DESK, line_words, masked, notice_of
from tests.factories import NOW

ANA = MemberRef("m1", "Ana Maria Silva", "1")


def verdict(kind: VerdictKind, **fields: object) -> Verdict:
    return Verdict(kind=kind, subject=ANA.full_name, command_id="c", at=NOW, member=ANA, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Ana Maria Silva", "Ana S."), ("Cher", "Cher"), ("王小明", "王小明"), ("", ""), ("A\x1b[1m B", "A[1m B.")],
)
def test_a_name_is_known_to_whose_it_is(name: str, shown: str) -> None:
    assert masked(name) == shown


@pytest.mark.parametrize(
    ("said", "large", "tone"),
    [
        (verdict("checked_in"), "WELCOME", "good"),
        (verdict("queued"), "WELCOME", "wait"),
        (verdict("queued", action="check_out"), "GOODBYE", "good"),
        (verdict("checked_out", action="check_out"), "GOODBYE", "good"),
        (verdict("already_in", detail="since 17:02, desk 2"), "HELLO", "wait"),
        (verdict("warned", detail="payment overdue"), "WELCOME", "wait"),
        (verdict("queued", warning="payment overdue"), "WELCOME", "wait"),
        (verdict("refused", detail="banned"), "PLEASE SEE THE DESK", "bad"),
        (verdict("asked", detail="the gym is full"), "PLEASE SEE THE DESK", "bad"),
    ],
)
def test_what_is_wrong_is_said_at_the_desk_and_not_in_public(said: Verdict, large: str, tone: str) -> None:
    notice = notice_of(said)
    assert (notice.large, notice.tone, notice.name) == (large, tone, "Ana S.")
    assert all(word not in notice.words for word in ("overdue", "banned", "full", "17:02"))


@pytest.mark.parametrize(("width", "height"), [(78, 18), (58, 14), (158, 39)])
def test_every_word_is_as_large_as_there_is_room(width: int, height: int) -> None:
    for words in {"SCAN YOUR CARD", TO_THE_DESK.large, *(large for _, large, _ in SAID.values())}:
        drawn = block_letters(words, width, height).splitlines()
        assert max(map(len, drawn)) <= width
        assert len(drawn) <= height
        if height > 3 * ROWS:
            assert len(drawn) >= ROWS
    assert block_letters("HELLO", 10, 9) == "H E L L O"


def test_only_its_pin_opens_it_also_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.json"
    assert not KioskLock(file).is_set
    for wrong in ("12345", "1" * 13, "12a4", "", "١٢٣٤"):
        with pytest.raises(ValueError, match="6 to 12 digits"):
            KioskLock(file).set(wrong)
    KioskLock(file).set("258025")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"258025" not in file.read_bytes()
    again = KioskLock(file)
    assert again.is_set
    assert not again.opens("2581", NOW)
    assert not again.opens("", NOW)
    assert again.opens("258025", NOW)
    assert not KioskLock(file).is_set


def test_who_guesses_waits(tmp_path: Path) -> None:
    lock = KioskLock(tmp_path / "kiosk.json")
    lock.set("258025")
    assert not any(lock.opens(wrong, NOW) for wrong in ("1111", "2222", "3333"))
    assert not lock.opens("258025", NOW + REST - 1)
    assert lock.opens("258025", NOW + REST)


def test_a_lock_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.json"
    file.write_bytes(b"{")
    file.chmod(0o600)
    with pytest.raises(KioskLocked, match="cannot be read"):
        KioskLock(file).check()
    with pytest.raises(KioskLocked, match="cannot be written"):
        KioskLock(tmp_path / "nowhere" / "kiosk.json").set("258025")


@pytest.mark.parametrize(
    ("phase", "words", "advice"),
    [
        ("live", "", ""),
        ("connecting", "no connection: what is scanned is kept here, and sent later", ""),
        ("waiting", "no connection: what is scanned is kept here, and sent later", ""),
        (
            "logged_out",
            "the login is over: what is scanned is kept here",
            "Staff: Esc, the PIN, then start the kiosk and log in.",
        ),
        (
            "stopped",
            "closed by the gym: what is scanned is kept here",
            "Staff: Esc, the PIN, then start the kiosk again.",
        ),
    ],
)
def test_what_does_not_mend_itself_is_staff_s_to_mend(phase: Phase, words: str, advice: str) -> None:
    assert line_words(ConnectionState(phase=phase, since=NOW)) == (words, advice)
