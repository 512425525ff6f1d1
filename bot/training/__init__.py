"""Learning from content/examples: what `thrive train` does when the examples have changed. Serving never learns."""
