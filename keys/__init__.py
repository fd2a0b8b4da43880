"""The recipients' tool, which runs on their own machine. It never serves anyone over the network."""
