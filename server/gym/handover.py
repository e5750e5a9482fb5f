"""What a shift tells the next one, at its end or before it, is a notice of the gym, at every desk."""

from __future__ import annotations

from gymtui import clock
from gymtui.protocol import HANDOVER, HandOver, Notification
from server.gym.orders import Order, Rejected, occurred, record
from server.store import Outcome, Transaction, as_result

NOTE = "Note from"  # what the title begins with where the shift goes on


def hand_over(tx: Transaction, order: Order, request: HandOver) -> Outcome:
    if not request.note.strip():
        raise Rejected("invalid", "A handover has a note: please write one, if only that all is well.")
    begins = HANDOVER if request.ends_shift else NOTE
    notice = Notification(
        id=clock.new_id(tx.at),
        level="info",
        title=f"{begins} {order.by}" + (f", {order.desk}" if order.desk else ""),
        message=request.note,
        at=clock.to_text(occurred(tx, request.occurred_at)),
        seq=tx.next_seq,
    )
    return Outcome(result=as_result(Notification.type, record(tx, order, notice)))
