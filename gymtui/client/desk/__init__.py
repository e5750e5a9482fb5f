"""The desk: commands and their verdicts, the outbox and its sender, who is in, the members as they come."""
