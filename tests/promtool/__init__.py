"""What the rules, the dashboard and the pages say of metrics, in pieces that can be compared with those there are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, cast

from prometheus_client import CollectorRegistry
from prometheus_client.metrics import MetricWrapperBase

from server.net.metrics import Metrics
from server.net.vitals import Vitals

DOCS: Final = Path(__file__).parent.parent.parent / "docs"
ALERTS: Final = DOCS / "alerts.yml"
RINGS: Final = Path(__file__).parent / "alerts_test.yml"
DASHBOARD: Final = DOCS / "grafana.json"
SAMPLES: Final = {
    "counter": ("_total",),
    "histogram": ("_bucket", "_count", "_sum"),
    "info": ("_info",),
    "gauge": ("",),
}


def everything() -> CollectorRegistry:
    """The registry of a server that has all there is."""
    metrics, nobody = Metrics(), cast("Any", SimpleNamespace(ends=0.0))
    metrics.watch_hashing({})
    Vitals(nobody, nobody, nobody, metrics.registry, now=lambda: 0)
    return metrics.registry


def families() -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    """Name, type, labels and text of each."""
    registry = everything()
    labels: dict[str, tuple[str, ...]] = {}
    for collector, names in registry._collector_to_names.items():
        if isinstance(collector, MetricWrapperBase):
            labels |= dict.fromkeys(names, tuple(collector._labelnames))
    for family in registry.collect():
        yield family.name, family.type, labels.get(family.name, ()), family.documentation


def rules() -> dict[str, str]:
    """The expression of each rule, by its name."""
    return dict(re.findall(r"- alert: (\w+)\n +expr: (.+)\n", ALERTS.read_text()))


def rings() -> Iterator[tuple[str, list[bool]]]:
    """Of each rule that is tried, whether it rings at each of the times that are looked at."""
    for told in RINGS.read_text().split("- interval:")[1:]:
        looks = re.findall(r"eval_time: \w+[\s,]+alertname: (\w+)(\}|\n +exp_alerts:)", told)
        yield looks[0][0], [ends != "}" for _, ends in looks]


def tried() -> list[str]:
    """The series that ring in these trials."""
    return re.findall(r"series: '(.+?)'", RINGS.read_text())


def panels() -> Iterator[tuple[str, str]]:
    """Title and expression of all that the dashboard shows."""
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"].replace("$__rate_interval", "1m")
