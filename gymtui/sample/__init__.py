"""A gym that does not exist: its people, and the course of its day."""
