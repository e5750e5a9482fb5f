"""The screens of the console, a file each."""
