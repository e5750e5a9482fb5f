"""The console: the only place that imports Textual."""

from gymtui.ui.app import GymApp

__all__ = ["GymApp"]
