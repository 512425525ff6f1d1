"""A code of each need's page, to print: it holds the page's plain address and nothing that counts anybody."""

import re
import xml.etree.ElementTree as ET

import segno
from flask import Flask

from tests.houses import ON_SQLITE, Home
from tests.web.visitor import Visitor


@ON_SQLITE
def test_every_need_has_a_code_of_its_plain_address(family: Visitor, home: Home) -> None:
    """Claim: each need's code is, module for module, that of its page's address: nothing else is in it."""
    needs = re.findall(r'href="/help\?need=([a-z-]+)"', family.client.get("/help").text)
    assert len(needs) > 20
    for need in needs:
        drawn = family.client.get(f"/help/code.svg?need={need}")
        assert drawn.mimetype == "image/svg+xml"
        address = f"{home.house.settings.public_url}/help?need={need}"
        expected = segno.make_qr(address, error="q").svg_inline(border=4, scale=8, light="#fff")
        paths = [e.get("d") for e in ET.fromstring(drawn.text).iter() if e.tag.endswith("path")]
        assert paths == re.findall(r' d="([^"]+)"', expected)
        assert paths


@ON_SQLITE
def test_the_poster_sets_no_cookie(app: Flask) -> None:
    """Claim: page and code ask for no cookie and bring nothing from elsewhere; an unknown need has none."""
    client = app.test_client()
    for address in ("/help/poster?need=food", "/help/code.svg?need=food", "/help?need=food"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "chat" not in str(answer.headers.getlist("Set-Cookie"))
    page = client.get("/help/poster?need=food").text
    assert 'src="/help/code.svg?need=food"' in page
    assert not re.findall(r'src="(?!/)', page)
    assert client.get("/help/poster?need=nothing").status_code == 404
