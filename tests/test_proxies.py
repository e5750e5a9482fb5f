"""The proxies' snippets of docs/: what they name exists here. `python -m tests.proxies` runs them."""

from __future__ import annotations

import re

import pytest

from gymtui.client.login.http import address
from gymtui.command_table import HELP
from gymtui.protocol import PATH, PING_EVERY
from tests.proxies import BELOW, DOCS, PROXIES, SERVED

FILES = [file for file, *_ in PROXIES.values()]


@pytest.mark.parametrize("file", FILES)
def test_what_a_snippet_names_exists(file: str) -> None:
    text = (DOCS / file).read_text()
    assert text.count(SERVED) == 1
    options = re.findall(r"--([a-z-]+)", text)
    assert options == ["trust-proxy"]
    assert {option.replace("-", "_") for option in options} <= set(HELP)
    url = re.search(r"wss://HOST\S+[^.\s]", text)
    assert url is not None
    assert url.group() == f"wss://HOST{BELOW}{PATH}"
    assert address(url.group(), "/auth/token") == f"https://HOST{BELOW}/auth/token"


def test_nginx_waits_longer_than_a_quiet_connection_is_silent() -> None:
    seconds = re.search(r"proxy_read_timeout (\d+)s;", (DOCS / "nginx.conf").read_text())
    assert seconds is not None
    assert int(seconds.group(1)) > 2 * PING_EVERY


@pytest.mark.parametrize("file", FILES)
def test_the_pages_name_the_snippets(file: str) -> None:
    assert f"docs/{file}" in (DOCS.parent / "README.md").read_text()
