"""Who may come in: users, passwords, tokens, and how often a wrong one may be tried."""
