"""Who this is: the login, its tokens, the file that programs share them in, and HTTP to the same server."""
