"""Every message on the wire: its payload, who may send it, the limits and the close codes (`codec` writes them).

A message is one text frame of compact JSON, `{"type", "payload"}`, with an `id` where it asks or answers and with
`prev_seq` and `seq` where it carries events of the journal. Each payload is a struct whose class attribute `type`
is its name on the wire; the unions on this page are the registry that everything else is derived from.
"""

# No module of this package puts its annotations off (`from __future__ import annotations`): they would be texts, which
# msgspec compiles one by one where a struct is first read, 4 ms of a start.

from typing import Final, get_args

from gymtui.protocol.events import *
from gymtui.protocol.importing import *
from gymtui.protocol.limits import *
from gymtui.protocol.notices import *
from gymtui.protocol.operations import *
from gymtui.protocol.queries import *
from gymtui.protocol.requests import *
from gymtui.protocol.responses import *
from gymtui.protocol.roll_calls import *
from gymtui.protocol.vocabulary import *

# What makes a row of the journal, once, whatever happens.
Command = (
    CheckIn | CheckOut | Undo | Correct | SaveMember | SaveCard | Notify | Configure | ShareReader | RollCall | HandOver
)
Query = SearchMembers | GetMember | GetPeak | ListPresent | ListCheckIns | ListRefusals | ListConflicts | SyncMembers
OperatorRequest = ListConnections | ServerStats | CloseConnection  # about the server itself
ImportRequest = ImportRows | ImportCompare | ImportTake | ImportUndo | ImportEnd
Request = Command | Query | OperatorRequest | ImportRequest | Authenticate | Resume | Ping | Heartbeat
Event = CheckInEvent | Member | Notification | Refusal | RollCallUpdate | Gym  # the rows of the journal
ServerMessage = (
    Event | Stats | AuthResponse | ConnectionStatus | Pong | HeartbeatAck | Batch | Reply | ErrorBody | Snapshot
)

REQUESTS: Final[dict[str, type[Request]]] = {r.type: r for r in get_args(Request)}
EVENTS: Final[dict[str, type[Event]]] = {e.type: e for e in get_args(Event)}
SERVER_MESSAGES: Final[dict[str, type[ServerMessage]]] = {m.type: m for m in get_args(ServerMessage)}
