"""One bad message, or one bad handler, harms nothing else (P11): messages with something wrong in them."""
