"""Members of a list and members of the gym: who is who, what changes, and how it comes into the journal."""
