"""Rows and the statements over them: the only place that knows SQL. One file a domain."""
