"""The base of every error that a person is told."""

from __future__ import annotations


class GymError(Exception):
    """Something a person has to know; the text is one sentence with a next step, and needs no traceback."""


class WrongUsage(GymError):
    """What was typed cannot be: nothing was tried."""
