"""What commands and queries mean: the rules on the truth. Nothing here knows of a socket."""
