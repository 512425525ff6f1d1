"""The pathway team's desk. Every address names the permission it needs; each page audits what it showed."""

from bot.web.desk import alerts, case, inbox, lists, person, signin
from bot.web.desk.guard import every_view_is_named, pages

__all__ = ["alerts", "case", "inbox", "lists", "pages", "person", "signin"]

pages.record(every_view_is_named)
