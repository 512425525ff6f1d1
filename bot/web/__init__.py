"""Pages and doors over HTTP: thin, over the use cases."""
