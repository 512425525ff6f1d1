"""Write package-lock.json anew from package.json, naming no host.

npm leaves download addresses out by a setting of .npmrc, but not the addresses at which authors ask for funding.
"""

import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "package-lock.json"


def main() -> None:
    options = ["--package-lock-only", "--ignore-scripts", "--loglevel=error"]
    subprocess.run(["npm", "install", *options], cwd=ROOT, check=True)
    lock = json.loads(LOCK.read_text())
    for package in lock["packages"].values():
        package.pop("funding", None)
    LOCK.write_text(json.dumps(lock, indent=2) + "\n")


if __name__ == "__main__":
    main()
