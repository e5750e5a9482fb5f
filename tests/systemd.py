"""`python -m tests.systemd`: systemd's own tool reads the units of docs/, and says how much a server may do by them."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

UNITS: Final = Path(__file__).parent.parent / "docs" / "systemd"
INSTALLED: Final = "/opt/gymtui/.venv/bin/gymtui"  # where the units have it
EXPOSED: Final = "30"  # tenths of ten: above, the tool says no


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.systemd", description=__doc__)
    parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        units = [Path(folder) / unit.name for unit in sorted(UNITS.iterdir())]
        for unit in units:  # the tool looks whether what is run is there
            unit.write_text((UNITS / unit.name).read_text().replace(INSTALLED, sys.executable))
        services = [unit for unit in units if unit.suffix == ".service"]
        exposure = ("security", "--offline=true", f"--threshold={EXPOSED}", "--no-pager")
        checks = [("verify", *map(str, units)), *((*exposure, str(service)) for service in services)]
        return max(subprocess.run(["systemd-analyze", *words], check=False).returncode for words in checks)


if __name__ == "__main__":
    sys.exit(main())
