"""`thrive keys new`: a set of keys ready for an environment file. Needs no settings and no database."""

import json
import secrets
import sys
from argparse import Namespace
from datetime import UTC, datetime

from bot.store.sealed import new_key


def command(options: Namespace) -> int:
    if options.action == "rotate":
        print("thrive keys rotate: rotating keys is not built yet.", file=sys.stderr)
        return 1
    keys = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DATA_KEYS": f"{datetime.now(UTC):k%Y%m%d}:{new_key()}",
        "PHONE_INDEX_KEY": new_key(),
    }
    if options.json:
        print(json.dumps(keys))
    else:
        print("\n".join(f"{name}={value}" for name, value in keys.items()))
        print("Keep these safe and apart from the database: without them its words cannot be read.", file=sys.stderr)
    return 0
