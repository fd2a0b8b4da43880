"""The sentences of the tool, for a terminal or a browser."""
