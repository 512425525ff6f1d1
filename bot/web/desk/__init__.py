"""The pathway team's desk. Every address names the permission it needs; each page audits what it showed."""

from bot.web.desk import (
    alerts,
    case,
    changes,
    contacts,
    conversations,
    directory,
    enrolling,
    feedback,
    flow_talk,
    flows,
    inbox,
    keepers,
    lists,
    person,
    reviews,
    searching,
    signin,
    sources,
    subject,
    team,
)
from bot.web.desk.guard import every_view_is_named, pages

__all__ = [
    "alerts",
    "case",
    "changes",
    "contacts",
    "conversations",
    "directory",
    "enrolling",
    "feedback",
    "flow_talk",
    "flows",
    "inbox",
    "keepers",
    "lists",
    "pages",
    "person",
    "reviews",
    "searching",
    "signin",
    "sources",
    "subject",
    "team",
]

pages.record(every_view_is_named)
