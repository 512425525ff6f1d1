"""wsgi.py: the pages alone, for a server of the operator's own."""

import os
import subprocess
import sys
from pathlib import Path

from tests.houses import KEY, make_home

ROOT = Path(__file__).resolve().parents[2]
ASK = """
import threading, wsgi
client = wsgi.application.test_client()
print(client.get("/healthz").status_code, client.get("/").status_code, threading.active_count())
"""


def test_it_serves_pages_and_starts_no_thread(sqlite_template: object, tmp_path: Path) -> None:
    """Claim: on a published database the page is there, and nothing else runs in the process."""
    database = tmp_path / "thrive.db"
    database.write_bytes(Path(sqlite_template()).read_bytes())  # type: ignore[operator]
    make_home(f"sqlite:///{database}").house.db.close()
    environment = {
        **os.environ, "DATABASE_URL": f"sqlite:///{database}", "SECRET_KEY": "s" * 40, "DATA_KEYS": f"test:{KEY}",
        "PHONE_INDEX_KEY": KEY,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.split() == ["200", "200", "1"], done.stderr
