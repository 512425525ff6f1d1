"""The pages of a furnished house, and who opens them: a family, and workers of the roles that most tests need."""

import pytest
from flask import Flask

from bot.app import build
from tests.houses import Home
from tests.web.visitor import Visitor
from tests.web.worker import Worker, at_desk


@pytest.fixture
def app(home: Home) -> Flask:
    return build(home.house.settings, house=home.house)


@pytest.fixture
def family(app: Flask) -> Visitor:
    return Visitor(app)


@pytest.fixture
def sam(app: Flask, home: Home) -> Worker:
    return at_desk(app, home)


@pytest.fixture
def mina(app: Flask, home: Home) -> Worker:
    return at_desk(app, home, "manager")


@pytest.fixture
def bo(app: Flask, home: Home) -> Worker:
    return at_desk(app, home, "business-support")
