"""What the API reads and may refuse of an act, the form of its page checks before and has a field to lead to."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    OperationDefinitionNode,
    build_schema,
    get_named_type,
    is_required_input_field,
    parse,
    type_from_ast,
)

import web
from web.core.acts import Act
from web.core.forms import Field, Form


def acts() -> Iterator[Act]:
    """Every act of every page, and of pages that hold one of several."""
    for module in pkgutil.walk_packages(web.__path__, "web."):
        for value in vars(import_module(module.name)).values():
            for each in (
                value.values() if isinstance(value, Mapping) else value if isinstance(value, tuple) else [value]
            ):
                each = each[1] if isinstance(each, tuple) and len(each) == 2 else each
                if isinstance(each, Act):
                    yield each


def acts_and_inputs() -> Iterator[tuple[Act, GraphQLInputObjectType]]:
    """Every act with the input that its mutation takes."""
    schema = build_schema((Path(__file__).parents[3] / "graphql" / "schema.graphql").read_text())
    for act in {act.document.name: act for act in acts()}.values():
        (operation,) = parse(act.document.text).definitions
        assert isinstance(operation, OperationDefinitionNode)
        (variable,) = operation.variable_definitions or ()
        taken = get_named_type(type_from_ast(schema, variable.type))
        assert isinstance(taken, GraphQLInputObjectType)
        yield act, taken


def test_every_choice_of_a_form_that_the_api_reads_as_one_of_a_few_is_checked_before() -> None:
    every, unchecked = list(acts_and_inputs()), []
    assert len(every) > 50
    for act, taken in every:
        for each in act.fields:
            read = taken.fields.get(each.name)
            if read and isinstance(get_named_type(read.type), GraphQLEnumType) and not (each.options or each.pattern):
                unchecked.append((act.document.name, each.name))
    assert unchecked == []


def test_the_api_is_not_asked_without_what_it_cannot_read_a_form_without() -> None:
    unchecked = []
    for act, taken in acts_and_inputs():
        for each in act.fields:
            read = taken.fields.get(each.name)
            if read and is_required_input_field(read) and not each.needed:
                unchecked.append((act.document.name, each.name))
    assert unchecked == []
    fields = [Field("memberId", "Membre", "select", required=True, needed=True), Field("id", "Qui", needed=True)]
    form = Form(fields, "")
    form.input()
    assert form.errors == {"memberId": "Membre : choisissez dans la liste.", "id": "Qui : champ obligatoire."}


#: What pages fill in, or leave to the API: nobody mends it in a field.
FIXED = re.compile(r"\w+Ids?|signature|link|seed|dryRun|idempotencyKey|expectedVersion|replaces|answers|file|code")


def test_what_the_api_may_refuse_of_an_act_has_a_field_of_its_form_to_lead_to() -> None:
    leads: dict[str, set[str]] = {}
    for act in acts():
        fields = {each.name for each in act.fields}
        assert set(act.places.values()) <= fields, act.name
        named = leads.setdefault(act.document.name, set())
        named |= fields | {place.partition(".")[0] for place in act.places}
    taken = [(act.document.name, name) for act, input in acts_and_inputs() for name in input.fields]
    assert [each for each in taken if each[1] not in leads[each[0]] and not FIXED.fullmatch(each[1])] == []
