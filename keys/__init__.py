"""Everything that a recipient of reports runs on their own machine; it never serves anyone over the network."""
