"""`python -m server` is `gymtui serve`."""

import sys

from gymtui.cli import main

main(["serve", *sys.argv[1:]])
