"""What `gymtui` runs on top of the client: a program a file."""
