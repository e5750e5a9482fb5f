"""The programs of the command line that are clients, a file each: desk, monitor, tail, simulate."""
