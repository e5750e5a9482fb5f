"""What the tests of ui front desk share."""

from __future__ import annotations

from gymtui.client.state import Verdict, VerdictKind
from gymtui.ui import GymApp
from gymtui.ui.screens.front_desk import FrontDesk
from tests.ui_fakes import NOW, FakeDesk, member, visit

ANA, BEN, MAYA, MAX = member(4711, "Ana Silva"), member(4712, "Ben Ode"), member(81, "Maya Quist"), member(82, "Max O")


def a_desk() -> FakeDesk:
    return FakeDesk([ANA, BEN, MAYA, MAX], [visit(1, "Zoe Huber", minutes=2), visit(2, "Ida Vogel")])


def screen_text(app: GymApp) -> str:
    lines = app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in lines)


def front(app: GymApp) -> FrontDesk:
    assert isinstance(app.screen, FrontDesk)
    return app.screen


def later(kind: VerdictKind, subject: str, command_id: str) -> Verdict:
    return Verdict(kind=kind, subject=subject, command_id=command_id, at=NOW, detail="payment overdue")
