"""An authority for tests of TLS, which nobody trusts who was not told to."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import trustme


class Authority:
    """An authority whose certificate is in `file`, and certificates of it as files for a server."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ca = trustme.CA()
        self.file = str(folder / "ca.pem")
        self._ca.cert_pem.write_to_path(self.file)

    def issue(
        self, name: str = "127.0.0.1", *, not_before: datetime | None = None, not_after: datetime | None = None
    ) -> tuple[str, str]:
        """Chain and key, in the place of those before."""
        made = self._ca.issue_cert(name, not_before=not_before, not_after=not_after)
        chain, key = self._folder / "server.pem", self._folder / "server.key"
        chain.write_bytes(b"".join(part.bytes() for part in made.cert_chain_pems))
        made.private_key_pem.write_to_path(str(key))
        return str(chain), str(key)


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nobody.pem"))  # it is put back as it was
    return Authority(tmp_path)
