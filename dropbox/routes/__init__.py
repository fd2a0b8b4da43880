"""The routes of openapi.yaml: each view parses, calls and answers."""
