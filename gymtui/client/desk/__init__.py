"""The desk: commands and their verdicts, the outbox with its sender and dead letters, who is in, the members' sync."""
