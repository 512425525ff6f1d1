"""The vocabularies that our entries are classified by, as Open Referral UK taxonomies, each term with a stable id."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid5

from directory.service import Service

NEEDS_TAXONOMY = "thrive-needs"
ACCESS_TAXONOMY = "thrive-accessibility"
HUBS_TAXONOMY = "dfe-family-hubs"
_OURS = UUID("6f0a54c2-6d0e-5c0b-9a53-0d7a4e3f6f11")  # every id we have to make is of this namespace: always the same

# What a need of ours surely is in the Department for Education's words; the heading where no one word of it is sure.
# Needs it has no word for (school places, jobs, immigration ...) are left out. Childcare has two words: see `hub_of`.
HUBS_OF_NEED: Mapping[str, str] = {
    "benefits": "Money, benefits and housing",
    "debt": "Debt and welfare advice",
    "food": "Family support",
    "energy-bills": "Money, benefits and housing",
    "housing": "Money, benefits and housing",
    "household-items": "Family support",
    "pregnancy": "Midwife and maternity",
    "baby-care": "Pregnancy, birth and early years",
    "childcare": "Pregnancy, birth and early years",
    "playgroups": "Parent, baby and toddler groups",
    "child-development": "Pregnancy, birth and early years",
    "behaviour": "Parenting support",
    "child-sleep": "Parenting support",
    "teenagers": "Parenting support",
    "separation": "Separating and separated parent support",
    "bereavement": "Family support",
    "kinship-care": "Family support",
    "dads": "Family support",
    "loneliness": "Family support",
    "bullying": "Bullying and cyber bullying",
    "send": "Special educational needs and disabilities (SEND)",
    "autism-adhd": "Special educational needs and disabilities (SEND)",
    "short-breaks": "Breaks and respite",
    "child-mental-health": "Mental health, social and emotional support",
    "parent-mental-health": "Mental health, social and emotional support",
    "gp-dentist": "Health",
    "healthy-living": "Health",
    "sexual-health": "Health",
    "substance-use": "Substance misuse (including alcohol and drug)",
    "domestic-abuse": "Domestic abuse",
    "exploitation": "Targeted youth support",
    "child-safety": "Family support",
    "things-to-do": "Activities, clubs and groups",
    "youth-support": "Targeted youth support",
    "young-carers": "Family support",
}
OF_SCHOOL_AGE = 4.0


def hub_of(need: str, service: Service) -> str | None:
    """The Department's word for one need of an entry. Childcare from school age on is a club, not the early years."""
    if need == "childcare" and service.min_age is not None and service.min_age >= OF_SCHOOL_AGE:
        return "Before and after school clubs"
    return HUBS_OF_NEED.get(need)


def made_id(*parts: str) -> str:
    """A UUID that is the same for the same parts, at every export and on every machine."""
    return str(uuid5(_OURS, "\x1f".join(parts)))


@lru_cache(maxsize=4096)
def _term_id(taxonomy: str, code: str) -> str:
    return made_id("term", taxonomy, code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """`code` is the term's own id in its taxonomy, a need's id for one; `parent` is the heading's `code`."""

    taxonomy: str
    code: str
    name: str
    description: str
    parent: str | None = None

    @property
    def id(self) -> str:
        return _term_id(self.taxonomy, self.code)

    @property
    def parent_id(self) -> str | None:
        return None if self.parent is None else _term_id(self.taxonomy, self.parent)

    def record(self) -> dict[str, Any]:
        record = {
            "id": self.id, "name": self.name, "description": self.description, "code": self.code,
            "taxonomy": self.taxonomy, "taxonomy_id": made_id("taxonomy", self.taxonomy),
        }  # fmt: skip
        return record | ({"parent_id": self.parent_id} if self.parent_id else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    code: str
    name: str
    description: str
    uri: str | None = None
    terms: tuple[Term, ...] = ()

    @property
    def id(self) -> str:
        return made_id("taxonomy", self.code)

    def record(self) -> dict[str, Any]:
        record = {"id": self.id, "name": self.name, "description": self.description}
        return record | ({"uri": self.uri} if self.uri else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomies:
    """What an export may say of a need. Without either, a need is named by its own id and nothing else."""

    needs: Mapping[str, Term] = field(default_factory=dict)  # by need
    headings: tuple[Term, ...] = ()  # of needs
    hubs: Mapping[str, Term] = field(default_factory=dict)  # by name

    def of(self, service: Service) -> tuple[Term, ...]:
        """The terms of one entry: its needs in their order, then the same in the Department's words, then access."""
        needs = [self.needs.get(need) or _bare(NEEDS_TAXONOMY, need) for need in service.needs]
        names = dict.fromkeys(hub_of(need, service) for need in service.needs)
        hubs = [self.hubs[name] for name in names if name is not None and name in self.hubs]
        return (*needs, *hubs, *(_bare(ACCESS_TAXONOMY, words) for words in service.accessibility))

    def all(self, services: Iterable[Service]) -> tuple[Taxonomy, ...]:
        """Every taxonomy with its terms; those of access are the words that `services` use."""
        words = sorted({words for service in services for words in service.accessibility})
        needs = Taxonomy(
            code=NEEDS_TAXONOMY,
            name="Needs of families",
            description="What families bring to the service, under the headings that staff know them by.",
            terms=(*self.headings, *self.needs.values()),
        )
        hubs = Taxonomy(
            code=HUBS_TAXONOMY,
            name="Family Hubs categories",
            description="Service categories of Find support for your family, Department for Education. "
            "MIT licence, Crown copyright.",
            uri="https://github.com/DFE-Digital/fh-services",
            terms=tuple(self.hubs.values()),
        )
        access = Taxonomy(
            code=ACCESS_TAXONOMY,
            name="Accessibility",
            description="How a service can be used or entered, in the words of those who run it.",
            terms=tuple(_bare(ACCESS_TAXONOMY, said) for said in words),
        )
        return tuple(taxonomy for taxonomy in (needs, hubs, access) if taxonomy.terms)


def taxonomies(needs: Mapping[str, Sequence[Mapping[str, str]]], hubs: Iterable[Mapping[str, Any]] = ()) -> Taxonomies:
    """From needs.yaml's `needs` (heading to `id`, `label`, `covers`) and the Department's list (`id`, `name`,
    `parent_id`). Raises KeyError where a field is missing."""
    headings, terms = [], {}
    for heading, members in needs.items():
        name = "SEND" if heading == "send" else heading.replace("-", " ").capitalize()
        code = f"heading/{heading}"
        headings.append(Term(taxonomy=NEEDS_TAXONOMY, code=code, name=name, description=name))
        for need in members:
            terms[need["id"]] = Term(
                taxonomy=NEEDS_TAXONOMY, code=need["id"], name=need["label"],
                description=need.get("covers") or need["label"], parent=code,
            )  # fmt: skip
    categories = {
        row["name"]: Term(
            taxonomy=HUBS_TAXONOMY, code=str(row["id"]), name=row["name"], description=row["name"],
            parent=None if row["parent_id"] is None else str(row["parent_id"]),
        )
        for row in hubs
    }  # fmt: skip
    return Taxonomies(needs=terms, headings=tuple(headings), hubs=categories)


def _bare(taxonomy: str, code: str) -> Term:
    return Term(taxonomy=taxonomy, code=code, name=code, description=code)
