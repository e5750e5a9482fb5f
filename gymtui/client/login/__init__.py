"""The login: who this is, its tokens, the file that programs share them in, and the HTTP client of the same server."""
