"""The words of the tool, for a terminal or a browser."""
