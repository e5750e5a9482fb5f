"""The units of systemd and the Containerfile run commands that there are. `python -m tests.systemd` has systemd's own
tool read the units."""

from __future__ import annotations

import json
import re
import signal
import tomllib
from pathlib import Path

import pytest

from gymtui import cli
from gymtui.command_table import HELP
from tests.systemd import INSTALLED, UNITS

ROOT = Path(__file__).parent.parent
CONTAINERFILE = (ROOT / "docs" / "Containerfile").read_text()
SERVICES = sorted(unit.name for unit in UNITS.glob("*.service"))


def unit(name: str) -> dict[str, str]:
    """Its settings; of one that is there twice, the last."""
    lines = (line.partition("=") for line in (UNITS / name).read_text().splitlines() if not line.startswith("#"))
    return {key: value for key, found, value in lines if found}


def instruction(name: str) -> str:
    """What stands behind it in the Containerfile, its lines as one."""
    found = re.search(rf"^{name} ((?:.*\\\n)*.*)$", CONTAINERFILE, re.MULTILINE)
    assert found is not None, name
    return found.group(1)


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_runs_is_there(name: str) -> None:
    command = re.search(rf"{INSTALLED} ([^']*)", unit(name)["ExecStart"])
    assert command is not None
    asked = cli.parser().parse_args(command.group(1).replace("$$(date +%%u)", "7").split())
    assert asked.database == "/var/lib/gymtui/gym.db"
    assert unit(name)["StateDirectory"].split()[0] == "gymtui"


def test_the_server_is_told_of_as_it_tells() -> None:
    service = unit("gymtui.service")
    assert (service["Type"], service["ExecReload"]) == ("notify", "/bin/kill -HUP $MAINPID")
    assert int(service["WatchdogSec"]) > 2
    assert hasattr(signal, "SIGHUP")


def test_each_of_them_has_its_service_and_the_page_names_them() -> None:
    names = {path.name for path in UNITS.iterdir()}
    assert {Path(name).with_suffix(".service").name for name in names} <= names
    for named in ("docs/systemd", "docs/Containerfile"):
        assert named in (ROOT / "README.md").read_text()


def test_the_container_is_built_in_the_format_that_has_its_health() -> None:
    assert "HEALTHCHECK" in CONTAINERFILE
    assert re.search(r"^# +podman build --format docker -f docs/Containerfile", CONTAINERFILE, re.MULTILINE)


def test_the_container_runs_what_there_is() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wheel = f"gymtui-{project['version']}-py3-none-any.whl"
    lock, built, _ = instruction("COPY").split()
    assert (ROOT / lock).exists()
    assert built == f"dist/{wheel}"
    assert instruction("RUN").count(wheel) == 1
    assert "--require-hashes" in instruction("RUN")
    assert json.loads(instruction("ENTRYPOINT"))[0] in project["scripts"]
    asked = cli.parser().parse_args(json.loads(instruction("CMD")))
    assert asked.host == "0.0.0.0"
    setting, _, database = instruction("ENV").partition("=")
    assert setting.removeprefix("GYMTUI_").lower() in HELP
    assert Path(database).parent == Path(instruction("VOLUME"))
    compile(json.loads(instruction("HEALTHCHECK CMD"))[2], "health", "exec")
