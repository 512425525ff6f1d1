"""The pages: adapters between HTTP and the use cases."""
