"""What a left-out observer learns from a log that they can read but not open."""
