"""Member lists of other programs, from bytes to the fields of members. Pure: no store, no server, no screen.

A file goes through `sources` (rows of cells), `table` (its heading), `columns` (what each means), `values` (what cells
say), `records` (people) and `contracts` (one row each). `looking` is all of it; `questions` are what a person is asked.
"""
