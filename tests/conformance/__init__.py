"""The wire contract, sentence by sentence, against any server: `python -m tests.conformance URL --token T`.

It knows a server only by its WebSocket, and nothing of the code beside it.
"""
