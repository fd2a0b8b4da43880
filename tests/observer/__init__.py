"""What somebody who is left out learns from a log that they can read and not open."""
