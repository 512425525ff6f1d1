"""`thrive demo`, which `make run` calls: everything on this machine, nothing beyond it."""

import json
import os
import sys
from argparse import Namespace
from pathlib import Path

from bot.app import make
from bot.content import ContentFaults
from bot.demo.setup import environment, furnish_demo, sign_ins
from bot.furnishing import furnish
from bot.logs import log_process
from bot.serving import Server
from bot.settings import Settings
from bot.store import published, schema


def command(options: Namespace) -> int:
    folder = Path(options.data).resolve()
    refused = [name for name in ("PUBLIC_URL", "DATABASE_URL") if os.environ.get(name)]
    if refused:
        print(f"Unset {' and '.join(refused)}: a demo has its own, on this machine only.", file=sys.stderr)
        return 1
    settings = Settings.from_env({**_kept(), **environment(folder, options.port)})
    log_process(settings.log_level)
    house = furnish(settings)
    schema.upgrade(house.db)
    try:
        for line in furnish_demo(house):
            print(f"  {line}", file=sys.stderr)
    except ContentFaults as fault:
        print(f"{fault}\nThe content was refused.", file=sys.stderr)
        with house.db.read() as tx:
            if published.newest_bundle(tx) is None:
                return 1
        print("What was published before goes on.", file=sys.stderr)
    house.db.close()
    if options.json:
        print(json.dumps(_addresses(settings, folder)), flush=True)
    else:
        _welcome(settings, folder)
    Server(lambda: make(settings), "127.0.0.1", options.port, engine=True).run()
    return 0


def _kept() -> dict[str, str]:
    """What a demo may take from the environment: where the content is, and how much is logged."""
    return {name: os.environ[name] for name in ("CONTENT_DIR", "COUNCIL", "LOG_LEVEL") if name in os.environ}


def _addresses(settings: Settings, folder: Path) -> dict[str, object]:
    url = settings.public_url
    people = [{"role": s.role, "email": s.email, "password": s.password} for s in sign_ins(folder)]
    return {"chat": f"{url}/", "phone": f"{url}/demo/phone", "desk": f"{url}/desk", "sign_ins": people}


def _welcome(settings: Settings, folder: Path) -> None:
    url = settings.public_url
    lines = [
        "",
        f"  Web chat       {url}/",
        f"  A phone        {url}/demo/phone    (text from it; move the clock)",
        f"  The desk       {url}/desk",
        "",
        *(f"    {s.role:17} {s.email:34} {s.password}" for s in sign_ins(folder)),
        "",
        "  Ctrl-C stops it. Run it again and its data is still there.",
        "",
    ]
    print("\n".join(lines), flush=True)
