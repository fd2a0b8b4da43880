"""Random runs of the real tool, server and reporter's side: acts of people, passing days, the board, a lying server."""
