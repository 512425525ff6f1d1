"""Each speed claim as one command: `python -m bench.turn`, `bench.claims`, `bench.due`, `bench.search`,
`bench.understand`.
"""
