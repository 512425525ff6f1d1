"""`python -m bot.cli`, the same as `thrive`."""

import sys

from bot.cli import main

sys.exit(main())
