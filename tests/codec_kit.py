"""What the tests of the codec share: an example of every message, both ways."""

from __future__ import annotations

from gymtui import codec
from gymtui.protocol import (
    Authenticate,
    AuthResponse,
    CheckIn,
    CheckInEvent,
    CheckOut,
    ClientInfo,
    CloseConnection,
    Configure,
    ConnectionStatus,
    Correct,
    ErrorBody,
    Event,
    GetMember,
    GetPeak,
    Gym,
    GymFields,
    HandOver,
    Heartbeat,
    HeartbeatAck,
    ImportCompare,
    ImportEnd,
    ImportRow,
    ImportRows,
    ImportTake,
    ImportUndo,
    ListCheckIns,
    ListConflicts,
    ListConnections,
    ListedMember,
    ListPresent,
    ListRefusals,
    Member,
    MemberFields,
    MemberRef,
    Notification,
    Notify,
    Ping,
    Policy,
    Pong,
    Reader,
    Refusal,
    Reply,
    Request,
    Resume,
    RollCall,
    RollCallUpdate,
    SaveCard,
    SaveMember,
    SearchMembers,
    ServerMessage,
    ServerStats,
    ShareReader,
    Snapshot,
    Stats,
    SyncMembers,
    Undo,
)

TIME = "2026-11-22T09:00:00.000Z"


REF = MemberRef("m1", "Zoë \x00 O'Neil", "0042")


def event(seq: int) -> CheckInEvent:
    """A check-in of somebody whose name has an accent, a quote and a zero byte."""
    return CheckInEvent(
        id=f"v{seq}", member=REF, check_in_time=TIME, check_out_time=None, status="checked_in", flags=("late",), seq=seq
    )


def person(seq: int) -> Member:
    """A member with what is a tuple, and with a count of 0, which is not the same as none."""
    return Member(id="m1", full_name=REF.full_name, alerts=("knee",), visits_left=0, seq=seq)


def note(seq: int) -> Notification:
    """A notification, as the journal's row `seq`."""
    return Notification(id="n1", level="info", title="Sauna", message="closed", at=TIME, seq=seq)


GYM = Gym(name="Gym", timezone="UTC", capacity=None, policy=Policy(waiver_missing="warn"), seq=4)


STATS = Stats(currently_in=3, today_total=9, average_stay_minutes=61.5, capacity=None, as_of_seq=5, as_of=TIME)


REFUSAL = Refusal(
    id="r", member=None, code="banned", reason="no", message="No.", at=TIME, by="ana", desk=None, command_id="c", seq=3
)


REQUEST_EXAMPLES: list[Request] = [
    CheckIn(code="0042", location="Gym", notes="€", occurred_at=TIME, offline=True),
    CheckOut(command_id="c1"),
    Undo(command_id="c1"),
    Correct(check_in_id="v1", reason="a namesake", member_id="m2", check_out_time=TIME),
    Notify(level="error", title="Fire", message="", member_id="m1"),
    SearchMembers(text="zo", limit=5),
    GetMember(member_id="m1"),
    GetPeak(weeks=4),
    ListPresent(),
    SyncMembers(after_seq=2**63 - 1),
    Resume(epoch="e", seq=7, full=True),
    ListCheckIns(from_=TIME, text="ana", at=TIME, desk="2", by="mia"),
    ListRefusals(to=TIME, desk="2"),
    ListConflicts(since=TIME, limit=5),
    ListConnections(),
    ServerStats(),
    CloseConnection(session_id="s", reason="please start it again"),
    SaveMember(member=MemberFields(full_name="Guest", guest=True)),
    SaveMember(
        member=MemberFields(id="m1", frozen_until="2026-12-01", host_id=None),
        seen=7,
        before=MemberFields(frozen_until=None, host_id="m2"),
        visits=5,
        acknowledged=("knee",),
        offline=True,
        queued_by="ana",
    ),
    SaveCard(member_id="m1", code="B2", state="lost", moves_from="m2"),
    Configure(gym=GymFields(name="Riverside", capacity=None, policy={"closing_time": None})),
    ShareReader(reader=Reader(name="Front", prefix="M#", steps=("no_zeros",), is_default=True), withdraw=True),
    ImportRows(
        rows=(ImportRow(2, ListedMember(full_name="Zoë", plan=None, external_id="x1")),), begins=True, named=("Zoë",)
    ),
    ImportCompare(source="clients", answers={2: False}, missing="inactive", columns=("phone",), clears=True),
    ImportTake(),
    ImportUndo(number=7),
    ImportEnd(),
    RollCall(roll_call_id="r1", step="safe", drill=True, name="A plumber", occurred_at=TIME, queued_by="ana"),
    HandOver(note="the sauna is cold", queued_by="ana", ends_shift=False),
    Heartbeat(),
    Ping(),
    Authenticate(token="t", client=ClientInfo(desk="Front")),
]


SERVER_EXAMPLES: list[ServerMessage] = [
    AuthResponse(success=True, user="ana", role="staff", expires_at=TIME),
    ConnectionStatus(status="connected", session_id="s", protocol=1, server_time=TIME, epoch="e", seq=1, batch_ms=100),
    Pong(server_time=TIME),
    HeartbeatAck(server_time=TIME),
    Reply(ok=False, error=ErrorBody(code="banned", message="No.", retryable=False, details={"reason": "no"})),
    ErrorBody(code="internal", message="Oh.", retryable=True, retry_after_ms=5),
    Snapshot(epoch="e", seq=1, gym=GYM, present=(event(1),), recent=(), stats=STATS, more=False),
    STATS,
    event(1),
    person(2),
    note(3),
    REFUSAL,
    RollCallUpdate(
        roll_call_id="r1", step="end", found=0, missing=2, at=TIME, by="ana", desk="Front", command_id="c", seq=6
    ),
    GYM,
]


def as_batch(*events: Event | Stats, **more: list[bytes]) -> bytes:
    """These events in one frame, as the hub sends them; `more` is raw JSON by the event's name."""
    lists: dict[str, list[bytes]] = {}
    for item in events:
        lists.setdefault(item.type, []).append(codec.encode(item))
    return codec.batch(lists | more, 0, 5)
