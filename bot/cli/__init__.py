"""The `thrive` command: thin, over the use cases. Results to standard output, messages to standard error."""

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. 0: done; 1: the input was refused or a check failed; 2: usage."""
    from bot.cli.parser import run

    return run(sys.argv[1:] if argv is None else list(argv))
