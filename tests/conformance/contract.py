"""A sentence of the contract is a function that finds out whether it holds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from websockets.exceptions import WebSocketException

from tests.conformance.gym import Broken, Gym, Untried

AT_ONCE: Final = 8  # sentences that are tried at the same time
WITHIN: Final = 60.0  # seconds for one sentence

Trial = Callable[[Gym], Coroutine[object, object, None]]


@dataclass(frozen=True)
class Finding:
    """Whether a sentence holds; `why` where it does not, or could not be tried."""

    sentence: str
    verdict: Literal["holds", "does not hold", "not tried"]
    why: str = ""

    def __str__(self) -> str:
        return f"{self.verdict:<13}  {self.sentence}" + (f" [{self.why}]" if self.why else "")


CONTRACT: Final[dict[str, Trial]] = {}


def sentence(text: str) -> Callable[[Trial], Trial]:
    """Adds a function to the contract. It returns where the sentence holds; Broken or Untried say why not."""

    def add(trial: Trial) -> Trial:
        assert text not in CONTRACT
        CONTRACT[text] = trial
        return trial

    return add


async def play(gym: Gym, contract: Mapping[str, Trial]) -> list[Finding]:
    """Tries every sentence, several at a time, and then tidies up."""
    room = asyncio.Semaphore(AT_ONCE)

    async def in_turn(text: str, trial: Trial) -> Finding:
        async with room:
            return await _find_out(text, trial, gym)

    findings = await asyncio.gather(*(in_turn(text, trial) for text, trial in contract.items()))
    return [*findings, await _find_out("Who was used is out again, and who was made is deleted.", Gym.tidy, gym)]


async def _find_out(text: str, trial: Trial, gym: Gym) -> Finding:
    try:
        async with asyncio.timeout(WITHIN):
            await trial(gym)
    except Untried as untried:
        return Finding(text, "not tried", str(untried))
    except Broken as broken:
        return Finding(text, "does not hold", str(broken))
    except TimeoutError:
        return Finding(text, "does not hold", f"nothing was decided within {WITHIN:.0f} s")
    except (OSError, WebSocketException, LookupError, TypeError, ValueError) as error:
        return Finding(text, "does not hold", f"{type(error).__name__}: {error}")
    return Finding(text, "holds")
