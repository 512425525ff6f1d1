"""A family at the pages: keeps cookies, fills the forms that a page holds, as a browser without JavaScript does."""

import re
from html import unescape
from html.parser import HTMLParser

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

VOID = frozenset({"input", "meta", "link", "br"})


class Page(HTMLParser):
    """What a test asks of a page: its elements with their text, its forms with their fields."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str], list[str]]] = []
        self.forms: list[dict[str, str]] = []
        self._open: list[int] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.elements.append((tag, given, []))
        if tag == "form":
            self.forms.append({"action": given.get("action", ""), "id": given.get("id", "")})
        if tag in {"input", "textarea"} and self.forms and given.get("name"):
            self.forms[-1][given["name"]] = given.get("value", "")
        if tag not in VOID:
            self._open.append(len(self.elements) - 1)

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            if self.elements[self._open.pop()][0] == tag:
                return

    def handle_data(self, data: str) -> None:
        for at in self._open:
            self.elements[at][2].append(data)

    def texts(self, wanted: str) -> list[str]:
        """The words of each element that has the class `wanted`."""
        return [
            " ".join("".join(words).split())
            for _, given, words in self.elements
            if wanted in given.get("class", "").split()
        ]

    def links(self) -> list[dict[str, str]]:
        return [given for tag, given, _ in self.elements if tag == "a"]

    def form(self, name: str) -> dict[str, str]:
        """The fields of the form with this id or action."""
        return next(form for form in self.forms if name in {form["id"], form["action"]})


class Visitor:
    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def page(self, address: str = "/") -> Page:
        return Page(self.client.get(address).text)

    def say(self, text: str, *, json: bool = False, **fields: str) -> TestResponse:
        """Type into the box and press Send; `fields` stand in for what the page's form held."""
        form = self.page().form("composer")
        data = {"csrf_token": form["csrf_token"], "client_id": form["client_id"], "text": text, **fields}
        headers = {"Accept": "application/json"} if json else {}
        return self.client.post("/chat", data=data, headers=headers)

    def words(self) -> list[str]:
        """Every message of the conversation as the page shows it, newest last."""
        return self.page().texts("app-words")


def value_of(html: str) -> str:
    """What stands in the text area."""
    found = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", html, re.DOTALL)
    assert found is not None
    return unescape(found[1])
