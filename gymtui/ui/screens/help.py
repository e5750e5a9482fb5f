"""Help for the screen one is on, written from its bindings."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from gymtui.client.state import SYMBOLS
from gymtui.keys import COMMANDS, shown
from gymtui.ui.bindings import bind
from gymtui.ui.screens.passing import PassingScreen
from gymtui.ui.widgets.key_line import KeyLine

KEY, NAME = 13, 15  # cells of the key and of the name
HERE: dict[str, tuple[str, ...]] = {
    "Front desk": (
        "Scan a card, or type a name, a number or a phone and press Enter.",
        "A scan is one member's card, or nobody's: never a name, never a command.",
        "Unknown card: nobody here has it. Search by name, then :card and scan it.",
        "Somebody new: :new. A guest for today: F5, the name, whose guest, the waiver.",
        "Ctrl+G opens whoever was named last: :renew, :freeze, :visits, :note, :alert.",
        "All of that works without the server, in amber, and is sent later, once.",
        "F7 hides names, phones and notes, until F7 again, also after a restart.",
        ":card gives a card to whoever was named last; another's is asked about,",
        "and it says what was lost or came back. A lost card lets nobody in.",
        "A card of two members is a question: ask for the name, then choose.",
        "NumLock off: a reader presses arrows. Press NumLock, then scan again.",
        "Several lines at once are no card: one scan at a time.",
        "Signs in place of a number, or no card is found: :reader, then three cards.",
        "gymtui reader --watch shows what the reader sends, key by key.",
        "Several that match are a list: ↑ ↓ choose, Enter takes.",
        "Not the last one? :undo-one lists what was done, changes too; takes one back.",
        "≈ is near: a letter or digit is another, or a phone ends so. Choose it.",
        "Pasted: one line waits for Enter; of several, Enter takes the cards.",
        "/ and words narrow what has happened: ana, refused, desk:2, by:mia, type:in,",
        "member:4711. : lists all commands.",
    ),
    "Who is in": (
        "Type to narrow the list; ↑ ↓ choose, Enter checks out.",
        "Several: mark each, then press Enter; it says how many before it does.",
        "A card that is scanned here is checked out, or in.",
    ),
    "Roll-call": (
        "Enter begins a drill, called so everywhere; ↓ and Enter a real one.",
        "A card, or a name and Enter, marks somebody safe; Enter on the empty box",
        "marks the one whose row is lit. Every desk has the same marks.",
        "Who is in no list is added by name. Ctrl+Z takes a mark back.",
        "~ has not been seen to leave, but may have. :end ends it, for all;",
        ":print and :export write the list into your home folder.",
        "Without the server it goes on here: marks are on this desk's disk, and",
        "all desks have all of them once they are connected again.",
    ),
    "History": (
        "What is typed is asked at once. A day: today, yesterday, mon, 20 Nov,",
        "2026-11-20. Several: 7 days, week, 18 Nov - 20 Nov, ever. A time: 18:20",
        "is who was in then, y1820 yesterday; 18:00-19:30 is who came.",
        "ana, 4711, who:sun: a name or a number. in, out, refused. desk:2, by:mia:",
        "where and by whom they were let in or out; one's own list says both.",
        "↑ ↓ choose, Enter shows all visits of whoever is chosen. ~ is assumed.",
        "Ctrl+Z takes the chosen one back; Ctrl+O corrects it (a manager, with the",
        "server), or the newest of whom you typed for: who it was, 18:20 came,",
        "-19:30 left, or never; then why. Alone, say so in :handover.",
        "Ctrl+P, export: all of that goes into your home folder. :at 18:20 asks",
        "from anywhere. Without the server: what this desk has heard, and queued.",
    ),
    "Peak hours": (
        "How many check in, by weekday and hour: the mean of the last eight weeks.",
        "↑ ↓ choose a day, whose curve is below, and today's beside it. Then this",
        "week against the last, who is in, and how many usually are by now.",
        "The server counts it; without it, what it said last stays.",
    ),
    "Notices": (
        "What a manager, the shift before or the house has said, the newest first.",
        "Enter marks the chosen one read, for whoever is logged in at this desk;",
        "the header counts what is not. Without the server: what has come so far.",
    ),
    "Handover": (
        "What was done at this desk since its last handover, or today.",
        "Type a note and press Enter: every desk has it, until somebody reads it.",
        "Without the server the note waits on this desk's disk, and is sent later.",
    ),
    "Connection and queue": (
        "While the connection is away, what this desk does waits on its disk.",
        "What the server cannot take is set aside: send it again, or take it away.",
        "What is typed or scanned here goes to the front desk.",
    ),
    "Conflicts": (
        "What desks did while they were alone is recorded, since it happened.",
        "Where it did not fit it stands here: a second check-in, a visit against",
        "the rules, what was told late or refused. ↑ ↓ choose, the whole of it",
        "is below. What is typed or scanned here goes to the front desk.",
    ),
    "The gym's settings": (
        "What the gym lets in, warns of and refuses, and when it is open.",
        "Type or ↑ ↓ choose, Enter; the old value stands beside the new one.",
        "Another one's name or number, and Enter, opens that one.",
        "A manager changes them, for every desk at once; everybody reads them.",
        "Without the server they are as this desk knew them, and only read.",
    ),
    "Import": (
        "Type where the list of another program is on this machine; Tab goes on.",
        "It is looked at, and asks what only a person can know: ↑ ↓ or a digit",
        "choose, Enter answers, Esc puts the one before again. The plan beside",
        "the file keeps each answer, here and for gymtui admin members import.",
        "Nothing is in the gym before yes.",
        "Esc ends the taking: who is in stays, and the same list goes on.",
        "Undo takes the last import back, but whoever was touched since.",
        "Without the server a list is looked at and answered; taking it waits.",
    ),
    "Member": (
        "What can be done with this member, then what is kept of them.",
        "Type or ↑ ↓ choose, Enter; the old value stands beside the new one.",
        "Another one's name or number, and Enter, opens that one.",
        "Renew, Freeze, Add visits suggest what is usual: ↑ ↓ for others, or type.",
        "An alert is said at each check-in until somebody has dealt with it.",
        "A manager changes members; what was changed goes to every desk at once.",
        "A note or an alert of anybody else goes to the next shift, with the name.",
        "Without the server it waits on this desk's disk, and is seen here already.",
        "Where somebody else was faster, nothing is written, and it says what is now.",
    ),
    "Log in": (
        "Type your name, Enter, your password, Enter.",
        "A name that has not logged in at this machine is not shown in full.",
        "A desk that knows its gym goes on without; what it does is sent later.",
    ),
    "Monitor": (
        "What happens at the gym, as it happens; no key of this screen changes it.",
        "Space holds the rows and counts what comes. / shows some alone: ana, refused,",
        "desk:2, by:mia, member:4711, type: (in out refused notice roll-call).",
        "F2 has the messages behind them, one by one, and changes of members too;",
        "F3 has all connections, one by one.",
        "Who is connected stands above, the worst first; a desk that is cut off is missing.",
        "What rings stays until Enter; offline the figures are the last that came.",
        "q leaves; r draws the screen anew, where something else wrote on it.",
    ),
    "Connections": (
        "Who is connected, and which desks were and are not, the worst first.",
        "↑ ↓ choose; below is what the server knows of that one.",
        "A manager closes one with Delete: type why, Enter. Who is there is told by",
        "whom and why, and has to connect again by hand; it is in the audit.",
        "Offline it is as the server said last.",
    ),
    "Replay": (
        "A day of the gym as it happened, from the server's journal. Above, how many",
        "were in through the day; ▲ is where one is, with how it was a week before, and",
        "a click on the curve goes there. Space holds it, ← → go five minutes, with",
        "Shift an hour, with Ctrl to the next event; Home and End go to its ends.",
        "↑ ↓ change the speed. / shows some alone, as on the monitor: ana, refused,",
        "desk:2. F2 has the messages until then, one by one, to mark and export.",
        "r draws the screen anew. Once the day is read it needs no server.",
    ),
    "Messages": (
        "What the monitor's filter let through when this was opened, the newest first.",
        "↑ ↓ choose; below is all of it, or with Tab the JSON that tells it: as it came",
        "while a megabyte of that is kept, else as this program has read it.",
        "Insert marks. e writes those that are marked, or all, as JSON lines into",
        "your home folder, for your eyes alone. Works offline, with what had come.",
    ),
}
VERDICTS = (
    (SYMBOLS["checked_in"], "$success", "checked in", "it is on disk at the server"),
    (SYMBOLS["queued"], "$warning", "queued", "it is on disk here, and waits for the server"),
    (SYMBOLS["warned"], "$caution", "checked in:", "with something to tell the member; one bell"),
    (SYMBOLS["asked"], "$caution", "not in yet:", "the gym is full; Enter lets in all the same; one bell"),
    (SYMBOLS["refused"], "$error", "refused:", "not checked in, and why; two bells"),
    (SYMBOLS["already_in"], "$notice", "already in", "since when, and at which desk; nothing was done"),
)


class HelpScreen(PassingScreen[None]):
    """Lies over the screen that it explains; whatever is typed goes on there. `typed` are the commands that may be
    given by their names there."""

    BINDINGS: ClassVar[list[BindingType]] = [bind("help", "close"), bind("back")]

    def __init__(self, explained: Screen[object], typed: Collection[str] = ()) -> None:
        super().__init__()
        self._typed = typed
        self._title = explained.TITLE or ""
        # A key each, as they are now; the arrows and Enter are in the words above.
        active = [active.binding for active in explained.active_bindings.values()]
        self._keys = {binding.id: binding.key for binding in reversed(active)}
        self._own = [binding for binding in active if binding.id is None and binding.show]

    def compose(self) -> ComposeResult:
        yield Static(Content.assemble("HELP   ", (self._title, "not bold $quiet")), id="title", markup=False)
        with VerticalScroll(id="help", can_focus=True):
            yield Static(Content("\n").join(self._lines()), markup=False)
        yield KeyLine()

    def _lines(self) -> Iterator[Content]:
        yield from (Content(line) for line in HERE.get(self._title, ()))
        yield Content("")
        name_width = NAME if self._typed else 0
        yield Content.styled(f"{'KEY':<{KEY}}{'OR TYPE' if name_width else ''}", "$faint")
        for binding in self._own:
            key = self.app.get_key_display(binding)
            yield Content.assemble((f"{key:<{KEY}}", "$accent"), " " * name_width, (binding.description, "$quiet"))
        for name, command in COMMANDS.items():
            if name in self._keys:
                key = shown(self._keys[name])
                typed = f"{':' + name if name in self._typed else '':<{name_width}}"
                yield Content.assemble((f"{key:<{KEY}}", "$accent"), typed, (command.what, "$quiet"))
        if self._title == "Front desk":
            yield Content("")
            yield Content.styled("WHAT IS SAID", "$faint")
            for symbol, colour, word, meaning in VERDICTS:
                yield Content.assemble((f"{symbol} {word:<{KEY}}", colour), (meaning, "$quiet"))

    def action_help(self) -> None:
        self.dismiss()

    def action_back(self) -> None:
        self.dismiss()
