"""Runs of the real tool, server and reporter's side: random acts of people, days, the board, and a server that lies."""
