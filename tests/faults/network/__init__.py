"""The network promises in earnest: long, large, in real time. Each prints its figure, and says whether it holds."""
