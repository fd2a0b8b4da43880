"""Draws the figures of the documents, from short descriptions and from the source."""
