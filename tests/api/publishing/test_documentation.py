"""The page that `make docs` writes: all of the schema is there, and no link in it leads nowhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from graphql import GraphQLObjectType, build_schema

from api.core.error_codes import ERROR_CODES
from api.limits.cost import MOST_COST
from api.limits.documents import DEEPEST, MOST_ALIASES, MOST_TOKENS
from api.publishing.documentation import page, slug
from api.publishing.sdl import sdl
from api.schema import schema

PAGE = page(schema)
HEADINGS = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL), re.MULTILINE)
SCHEMA = build_schema(sdl(schema))
#: The folder that it is written into.
DOCS = Path(__file__).parents[3] / "docs"


def test_headings_are_told_apart_by_their_links():
    slugs = [slug(heading) for heading in HEADINGS]
    assert sorted(slugs) == sorted(set(slugs))


def test_links_lead_to_headings_of_the_page_or_to_files():
    links = set(re.findall(r"\]\(([^)]+)\)", PAGE))
    within = {link.removeprefix("#") for link in links if link.startswith("#")}
    assert len(within) > 100
    assert within - {slug(heading) for heading in HEADINGS} == set()
    files = {link for link in links if not link.startswith(("#", "https://"))}
    assert [link for link in files if not (DOCS / link).exists()] == []


def test_every_query_mutation_subscription_and_type_is_told():
    roots = [SCHEMA.query_type, SCHEMA.mutation_type, SCHEMA.subscription_type]
    fields = [f"{root.name}.{name}" for root in roots if root for name in root.fields]
    types = [name for name in SCHEMA.type_map if not name.startswith("__")]
    known = {"Query", "Mutation", "Subscription", "Boolean", "Float", "ID", "Int", "String"}
    assert set(fields) | (set(types) - known) <= set(HEADINGS)


@pytest.mark.parametrize(
    ("heading", "roles"),
    [
        ("Query.animations", "all."),
        ("Query.dashboard", "`NATIONAL`, `AUDITOR`."),
        ("Mutation.animationAttest", "`STRUCTURE` (own structure)."),
        ("Mutation.serviceDossierCertify", "`COORDONNATEUR` (own territory)."),
        (
            "Subscription.structureTimeline",
            "`STRUCTURE` (own structure), `COORDONNATEUR` (own territory), `NATIONAL`, `AUDITOR`.",
        ),
    ],
)
def test_who_may_use_it_is_told_as_the_table_of_rights_says(heading: str, roles: str):
    (section,) = re.findall(rf"^### {re.escape(heading)}\n(.*?)(?=^##)", PAGE, re.DOTALL | re.MULTILINE)
    assert f"Roles: {roles}" in section


def test_fields_arguments_and_values_are_told_with_their_types_and_meanings():
    animation = SCHEMA.type_map["Animation"]
    assert isinstance(animation, GraphQLObjectType)
    assert f"| `title` | `String!` | {animation.fields['title'].description} |" in PAGE
    assert "| `registrations(first:)` | `Int` |" in PAGE
    assert "| `at` | [`At`](#at) |" in PAGE
    assert "| `WAITING` | In the waiting list" in PAGE


def test_every_code_of_an_error_is_told():
    assert [code for code, meaning in ERROR_CODES.items() if f"| `{code}` | {meaning} |" not in PAGE] == []


def test_the_limits_are_those_of_the_code():
    for words in (
        f"{MOST_COST:,}",
        f"{MOST_TOKENS:,} tokens",
        f"{DEEPEST} levels",
        f"| its aliases | {MOST_ALIASES} |",
    ):
        assert words in PAGE


def test_nothing_is_left_to_be_filled_in():
    assert re.findall(r"\$\w+|(?<!-)\bNone\b(?!-)", PAGE) == []


def test_the_settings_of_a_client_are_toml():
    (settings,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert set(tomllib.loads(settings)["tool"]) == {"ariadne-codegen"}
