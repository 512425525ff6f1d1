"""Who is believed about where a request came from."""

from typing import Any

import pytest

from bot.web.proxies import NamedProxies


def seen_by(peer: str, proxies: tuple[str, ...]) -> tuple[str, str]:
    """The place and scheme that the app sees, of a request from `peer` that claims another."""
    seen: dict[str, Any] = {}

    def app(environ: dict[str, Any], _start: object) -> list[bytes]:
        seen.update(environ)
        return []

    claimed = {"HTTP_X_FORWARDED_FOR": "203.0.113.9", "HTTP_X_FORWARDED_PROTO": "https"}
    NamedProxies(app, proxies)({"REMOTE_ADDR": peer, "wsgi.url_scheme": "http", **claimed}, lambda *_: lambda _: None)  # type: ignore[arg-type]
    return seen["REMOTE_ADDR"], seen["wsgi.url_scheme"]


@pytest.mark.parametrize("proxies", [("10.0.0.4",), ("10.0.0.0/24", "::1")])
def test_a_named_proxy_is_believed(proxies: tuple[str, ...]) -> None:
    """An address or a network: what it forwards is where the family is."""
    assert seen_by("10.0.0.4", proxies) == ("203.0.113.9", "https")


@pytest.mark.parametrize("peer", ["10.0.1.4", "203.0.113.200", "", "not an address", "::2"])
def test_anyone_else_is_not(peer: str) -> None:
    """Whoever writes the header themselves stays who they are."""
    assert seen_by(peer, ("10.0.0.0/24", "::1")) == (peer, "http")


def test_what_is_no_address_is_refused() -> None:
    """A slip in the setting is told at the start, not believed later."""
    with pytest.raises(ValueError, match="proxy"):
        NamedProxies(lambda *_: [], ("proxy.example",))
