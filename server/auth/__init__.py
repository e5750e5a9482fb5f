"""Authentication and authorisation: users, passwords, tokens, roles, and the limit of wrong attempts."""
