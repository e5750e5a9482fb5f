"""The parts of the screens. A widget shows what it is given and says what happened; the screen acts."""
