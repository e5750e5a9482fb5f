"""Floods of strangers, and of people with a login, and what honest people notice of them."""
