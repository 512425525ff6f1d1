"""The shell: loads, asks the core, writes what it said, commits."""
