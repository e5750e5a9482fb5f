"""What engines that speak SQL do alike: each statement is written once, whatever runs it."""
