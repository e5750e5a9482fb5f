"""Whatever bytes come in at an entrance, what comes out is a value or a sentence of ours: found out by coverage."""
