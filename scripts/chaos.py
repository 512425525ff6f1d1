"""Break the service in every way it promises to survive, and count: `make chaos SEED=... ONLY=kill RUNS=200`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.chaos.runner import main

sys.exit(main())
