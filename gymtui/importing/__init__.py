"""Member lists of other programs, from bytes to the fields of members. Pure: no store, no server, no screen."""
