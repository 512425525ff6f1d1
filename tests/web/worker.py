"""A worker at the desk: signs in, opens pages, fills the forms that a page holds."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from bot.casework import accounts
from tests.houses import Home

if TYPE_CHECKING:
    from playwright.sync_api import Page

PASSWORD = "a long enough password"
NAMES = {
    "practitioner": "Sam Okoro",
    "manager": "Mina Shah",
    "editor": "Edi Wren",
    "business-support": "Bo Lind",
    "auditor": "Ada Hill",
    "administrator": "Ash Reed",
}


@dataclass
class Worker:
    client: FlaskClient
    name: str

    def get(self, address: str) -> TestResponse:
        return self.client.get(address)

    def fields(self, address: str, action: str) -> dict[str, str]:
        """The hidden fields of the page's form that posts to `action`."""
        return fields(self.client.get(address).text, action)

    def post(self, page: str, action: str, **given: str) -> TestResponse:
        """Open `page`, fill its form that posts to `action`, and send it."""
        return self.client.post(action, data={**self.fields(page, action), **given})

    def act(self, ref: str, act: str, **given: str) -> TestResponse:
        """One of a case's forms: claim, hand-back, reply, note, close."""
        return self.post(f"/desk/cases/{ref}", f"/desk/cases/{ref}/{act}", **given)


def fields(html: str, action: str) -> dict[str, str]:
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', html, re.DOTALL)
    assert form is not None, f"no form posts to {action}"
    return {
        name: unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[0])
    }


def hire(home: Home, role: str, name: str | None = None) -> str:
    """Make an account; its email."""
    name = name or NAMES[role]
    email = f"{name.lower().replace(' ', '.')}@council.example"
    accounts.add_account(home.house, email=email, name=name, role=role, password=PASSWORD)
    return email


def sign_in(app: Flask, email: str, password: str = PASSWORD, **given: str) -> tuple[FlaskClient, TestResponse]:
    client = app.test_client()
    form = fields(client.get("/desk/sign-in").text, "/desk/sign-in")
    return client, client.post("/desk/sign-in", data={**form, "email": email, "password": password, **given})


def at_desk(app: Flask, home: Home, role: str = "practitioner", name: str | None = None) -> Worker:
    """A worker of this role, hired and signed in."""
    client, answer = sign_in(app, hire(home, role, name))
    assert answer.status_code == 303, answer.text
    return Worker(client=client, name=name or NAMES[role])


def signed_in_at(page: "Page", email: str, address: str) -> None:
    """In a real browser: ask for `address`, sign in where that leads, and be there."""
    page.goto(address)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: url.endswith(address))


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The app on loopback, for a real browser; its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
