"""The import of a member list from a desk, without a screen: what a manager has open, is asked, and asks of the server.

`listing` is the list with its plan, `sending` the server's part, `errand` the way from a path to people in the gym;
`sheet` is what a screen shows of it, `saying` how it ended, `paths` completes the name of a file."""
