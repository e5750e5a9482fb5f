"""What is typed where a card is expected may be a PIN or a password: a desk neither repeats it nor sends it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from gymtui.protocol import CheckIn, CheckOut, MembersPage
from gymtui.unknown_card import unknown_card
from tests.client_kit import settle
from tests.desk_kit import MEMBERS, Gym, sent_ids
from tests.factories import member
from tests.waiting import until

PIN, PASSWORD, BARCODE = "904517", "canary-pass-7f3a91", "7610000000024"
NUMBER = "nobody here has that number — scan again, or search by name"


@pytest.fixture
def gym(tmp_path: Path) -> Iterator[Gym]:
    gym = Gym(tmp_path / "replica.db")
    yield gym
    gym.replica.close()


@pytest.mark.parametrize("typed", [PIN, PASSWORD, BARCODE, "1" * 99])
@pytest.mark.parametrize("kind", [CheckIn, CheckOut])
async def test_what_looks_like_no_card_of_the_gym_stays_at_the_desk(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, kind: type[CheckIn | CheckOut], typed: str
) -> None:
    caplog.set_level(logging.DEBUG)
    gym = Gym(tmp_path / "replica.db")
    async with gym.open() as connection:
        verdict = (gym.desk.check_in if kind is CheckIn else gym.desk.check_out)(typed)
        assert verdict.words == f"✗ {unknown_card(typed).words.capitalize()} refused: {NUMBER}"
        request, id = await connection.received(kind)
        assert request == kind(unknown_card=unknown_card(typed))
        connection.refuse(id, "unknown_member", "?", details={"reason": "nobody here has that number"})
        await settle()
        assert gym.verdicts == []  # it was told already
        assert gym.desk.undo() is None
        sent = b"".join(connection.sent)
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    gym.replica.close()
    assert typed.encode() not in sent + kept + caplog.text.encode()


async def test_a_name_is_not_told_at_all(gym: Gym) -> None:
    async with gym.open() as connection:
        verdict = gym.desk.check_in("correct horse")
        assert verdict.words == "✗ Unknown name refused: nobody is known by that name — look at the spelling"
        await settle()
        assert sent_ids(connection, "check_in") == []


@pytest.mark.parametrize(("number", "like", "other"), [("AB-12", "xy-90", "AB12"), ("100042", "904517", "9045170")])
async def test_what_looks_like_a_card_is_asked_for(gym: Gym, number: str, like: str, other: str) -> None:
    eva = member(9, "Eva New", membership_number=number)
    gym.replica.fold_members(MembersPage(members=(*MEMBERS, eva), next_after_seq=9, more=False, as_of_seq=9))
    async with gym.open() as connection:
        assert gym.desk.check_in(like).words == "… Unknown card queued: waiting for the server's answer"
        request, id = await connection.received(CheckIn)
        assert request == CheckIn(code=like)
        connection.refuse(id, "unknown_member", "?", details={"reason": "nobody here has that number"})
        await until(lambda: gym.verdicts)
        assert gym.said == [f"✗ Unknown card refused: {NUMBER}"]
        gym.desk.check_in(other)
        assert (await connection.received(CheckIn))[0] == CheckIn(unknown_card=unknown_card(other))


async def test_while_the_directory_is_coming_in_the_server_is_asked() -> None:
    gym = Gym(":memory:", known=False)
    async with gym.open() as connection:
        gym.desk.check_in(PIN)
        assert (await connection.received(CheckIn))[0] == CheckIn(code=PIN)
    gym.replica.close()


def test_alone_nothing_of_its_code_is_kept(gym: Gym, tmp_path: Path) -> None:
    assert gym.desk.check_in(BARCODE).words == f"✗ Unknown card …0024 refused: {NUMBER}"
    assert gym.desk.queued == 1
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert BARCODE.encode() not in kept
    assert unknown_card(BARCODE).digest.encode() not in kept  # which anybody could make of a PIN
