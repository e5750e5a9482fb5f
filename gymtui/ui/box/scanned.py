"""A reader's line at the one box: a card for the mode that has the keys, or what is no card whatever the mode."""

from __future__ import annotations

from gymtui.ui.box import typed_commands
from gymtui.ui.box.mode import Box, SignMode
from gymtui.ui.box.offer import SIGN
from gymtui.ui.burst import Scan

AT_ONCE = "came all at once, as from a card reader"


async def take(box: Box, scan: Scan) -> None:
    """Gives it to the mode, as this desk's reader is set. What is a command, or begins as a filter, was pasted or
    typed on a busy machine: it stands in the box, and does nothing before Enter, for a card may be printed so too."""
    text, also = box.desk.read(scan.text)
    read = scan._replace(text=text, also=also)
    mode = box.below(box.mode) if isinstance(box.mode, SignMode) else box.mode  # its characters have begun it
    begins = typed_commands.is_command(text) if text[:1] == SIGN else text[1:2].isalpha()
    begun = begins and text.isprintable() and not box.whose(read)
    if begun and text[:1] in mode.signs:
        box.write(text)
        if text[:1] == SIGN:
            box.say(box.refusal("Command", AT_ONCE, "Enter gives it"))
    elif begun and text[:1] == SIGN and not (mode.is_raw or mode.secret):
        box.say(box.refusal("Command", AT_ONCE, f"{box.key('back')} leaves this, then type it"))
    else:
        await box.mode.scanned(scan if box.mode.is_raw else read)
