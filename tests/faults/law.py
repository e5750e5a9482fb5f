"""The law of the counters: received = applied + duplicate + refused + failed, exactly, while nothing is on its way."""

from __future__ import annotations

import urllib.request
from collections import Counter
from typing import Final

from prometheus_client.parser import text_string_to_metric_families

OUTCOMES: Final = ("applied", "duplicate", "refused", "failed")


def law(port: int) -> tuple[int, Counter[str]]:
    """Commands that the server on `port` has received since it started, and what became of them, by outcome. OSError or
    HTTPException where nobody answers."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    received, outcomes = 0, Counter(dict.fromkeys(OUTCOMES, 0))
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == "gymtui_commands_received_total":
                received += round(sample.value)
            elif sample.name == "gymtui_commands_total":
                outcomes[sample.labels["outcome"]] += round(sample.value)
    return received, outcomes
