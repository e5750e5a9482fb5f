"""Member lists of other programs, row by row into the journal."""
