"""How a name that somebody types finds a member: text to words, and words to SQL."""
