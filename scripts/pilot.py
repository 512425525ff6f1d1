"""Live a fortnight with 500 families against the real service: `make pilot SEED=... DAYS=14 DATABASE=sqlite`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.pilot.runner import main

sys.exit(main())
