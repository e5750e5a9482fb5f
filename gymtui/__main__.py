"""`python -m gymtui` is `gymtui`."""

from __future__ import annotations

from gymtui.cli import main

if __name__ == "__main__":
    main()
