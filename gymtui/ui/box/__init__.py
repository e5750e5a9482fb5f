"""What the one box means: a mode a file."""
