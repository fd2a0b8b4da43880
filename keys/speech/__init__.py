"""The words of the tool: what a case says to whoever reads it, in a terminal or a browser; it decides nothing."""
