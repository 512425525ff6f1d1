"""Take a picture of every page of the desk at 320 and 1280 px, to be looked at: desk_pictures.py [FOLDER [PART]]

The desk is furnished as for the walk of the tests, with one of everything. PART keeps to addresses that hold it. The
folder is `var/desk-pictures` unless told; nothing of it belongs in git.
"""

import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.app import build  # noqa: E402  # the tests are no installed package
from bot.store.database import Database  # noqa: E402
from bot.store.schema import upgrade  # noqa: E402
from tests.browser import chromium  # noqa: E402
from tests.houses import KEYS, make_home  # noqa: E402
from tests.web.every_page import furnish, walk  # noqa: E402
from tests.web.worker import PASSWORD, served  # noqa: E402

WIDTHS = (1280, 320)


def main(folder: str = "var/desk-pictures", part: str = "") -> None:
    into = Path(folder)
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        url = f"sqlite:///{Path(place) / 'desk.db'}"
        database = Database(url, KEYS)
        upgrade(database)
        database.close()
        home = make_home(url)
        app = build(home.house.settings, house=home.house)
        furnished = furnish(app, home)
        home.living()  # else a red band stands before each page
        with served(app) as address, chromium() as browser, browser.person(address, width=WIDTHS[0]) as device:
            page, signed_in = device.new_page(), ""
            for role, path in sorted(walk(app, furnished)):
                if part not in path:
                    continue
                if role != signed_in:
                    device.clear_cookies()
                    if role:
                        page.goto(f"{address}/desk/sign-in")
                        page.get_by_label("Email").fill(furnished.staff[role])
                        page.get_by_label("Password").fill(PASSWORD)
                        page.get_by_role("button", name="Sign in", exact=True).click()
                        page.get_by_role("button", name="Sign out").wait_for()
                    signed_in = role
                page.goto(f"{address}{path}")
                for width in WIDTHS:
                    page.set_viewport_size({"width": width, "height": 844})
                    name = re.sub(r"[^A-Za-z0-9]+", "-", path.removeprefix("/desk")).strip("-") or "inbox"
                    page.screenshot(path=into / f"{name}-{width}.png", full_page=True)
                print(into / f"{name}-{WIDTHS[0]}.png")
        home.house.db.close()


if __name__ == "__main__":
    main(*sys.argv[1:3])
