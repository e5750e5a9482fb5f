"""The metrics' page, the rules and the dashboard go by metrics that there are, and by their labels."""

from __future__ import annotations

import json
import re

import pytest

from gymtui.ui.lookout import FREE, LATE, OLD, REFUSED, SILENT
from tests.promtool import DASHBOARD, DOCS, SAMPLES, families, panels, rings, rules, tried

PROMETHEUS = {"up", "instance", "job"}  # its own
WORDS = {"sum", "by", "rate", "increase", "histogram_quantile", "time", "timestamp", "and", "on"}
LABELS = {
    f"{name}{end}": {*labels, *(["le"] if end == "_bucket" else []), *(["version", "python"] if end == "_info" else [])}
    for name, type, labels, _ in families()
    for end in SAMPLES[type]
}
EXPRESSIONS = [*rules().items(), *panels()]


def strangers(expression: str) -> set[str]:
    """What an expression names, and no server says."""
    plain = re.sub(r"\[\w+\]", "", re.sub(r'"[^"]*"', "", expression))
    names = set(re.findall(r"[a-zA-Z_]\w*", plain)) - WORDS - PROMETHEUS
    metrics = names & LABELS.keys()
    known = {label for metric in metrics for label in LABELS[metric]}
    return names - metrics - known


@pytest.mark.parametrize(("name", "expression"), EXPRESSIONS)
def test_what_is_asked_for_is_there(name: str, expression: str) -> None:
    assert strangers(expression) == set(), name


def test_a_stranger_is_found() -> None:
    assert strangers("gymtui_people_out > 0") == {"gymtui_people_out"}
    assert strangers('sum by (desk) (rate(gymtui_commands_total{kind="x"}[5m]))') == {"desk", "kind"}


def test_all_rules_are_read() -> None:
    assert len(rules()) == (DOCS / "alerts.yml").read_text().count("- alert:") > 10


def test_each_rule_is_seen_to_ring_and_to_cease() -> None:
    seen = dict(rings())
    assert seen.keys() == rules().keys()
    for name, rang in seen.items():
        assert (rang[0], any(rang), rang[-1]) == (False, True, False), name


def test_what_rings_in_a_trial_is_what_a_server_says() -> None:
    for series in tried():
        assert strangers(series) == set(), series


@pytest.mark.parametrize(
    ("rule", "threshold"),
    [
        ("GymDeskSilent", f"> {SILENT // 1000} < 86400) and on (instance) gymtui_open == 1"),
        ("GymManyRefused", f">= {REFUSED}"),
        ("GymEventsLate", f"> {LATE:g}"),
        ("GymDiskFull", f"< {FREE}"),
        ("GymBackupOld", f">= {OLD // 86400} * 86400"),
    ],
)
def test_they_ring_where_the_monitor_does(rule: str, threshold: str) -> None:
    assert rules()[rule].endswith(threshold)


def test_no_panel_covers_another() -> None:
    cells: set[tuple[int, int]] = set()
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        at = panel["gridPos"]
        mine = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert cells.isdisjoint(mine), panel["title"]
        assert max(x for x, _ in mine) < 24
        cells |= mine


def test_the_page_has_each_metric_as_it_is() -> None:
    page = (DOCS / "METRICS.md").read_text()
    rows = re.findall(r"^\| `([\w]+)` \| (\w+) \| ([\w, ]*?) ?\| (.+) \|$", page, re.MULTILINE)
    assert rows == sorted((name, type, ", ".join(labels), text) for name, type, labels, text in families())
