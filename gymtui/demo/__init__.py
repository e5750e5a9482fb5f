"""`gymtui demo`: a whole gym on this machine, gone without a trace when the person leaves."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit, urlunsplit

from gymtui.demo.child import Child
from gymtui.preferences import Theme


def run(*, rate: float, seed: int, theme: Theme, keys: Mapping[str, str]) -> None:
    """Server, members, a simulated day and the front desk, until the person leaves."""
    with TemporaryDirectory(prefix="gymtui-demo-") as name:
        folder = Path(name)
        from gymtui.demo.gym import make_gym  # noqa: PLC0415  `--help` does without

        database = folder / "gym.db"
        token, door = make_gym(database, seed)
        with Child(folder, "serve", "--port", "0", "--database", str(database)) as server:
            # While the server starts: these import the screens.
            from gymtui.demo.app import DemoApp  # noqa: PLC0415
            from gymtui.demo.chaos import Chaos  # noqa: PLC0415
            from gymtui.demo.relay import Relay  # noqa: PLC0415
            from gymtui.programs.desk import open_desk  # noqa: PLC0415

            url = server.first_line().split()[-1]
            port = urlsplit(url).port or 0
            server.arguments = ("serve", "--port", str(port), "--database", str(database))
            simulate = ("simulate", "--url", url, "--rate", str(rate), "--seed", str(seed))
            with Child(folder, *simulate, environment={"GYMTUI_TOKEN": door}), Relay(port) as relay:
                app = partial(DemoApp, chaos=Chaos(server, relay), relay=relay, database=database)
                through = urlunsplit(urlsplit(url)._replace(netloc=f"127.0.0.1:{relay.port}"))
                open_desk(folder, url=through, user=None, desk="desk 1", token=token, theme=theme, keys=keys, app=app)
