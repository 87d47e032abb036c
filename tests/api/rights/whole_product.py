"""Everything that the product does, once: what is asked, fetched, done by itself, and commanded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_composite_type,
    is_leaf_type,
)

from api.schema import schema
from application.commanding.commands import Command
from application.files.store import FileStore
from application.proof.completeness.committing import ProofMapCommit
from application.typology import TermAdd, TermMerge
from domain.kernel.actors import PUBLIC, SYSTEM, Actor, Role
from domain.typology.typology import TermKind
from projections.engine.runner import projecting
from tests.api.rights.conftest import complete
from tests.api.rights.test_mutations import MUTATIONS, reaches, sound_input
from tests.api.rights.test_reading import ARGUMENTS, BY_LINK
from tests.support.api.asking import Town
from tests.support.api.every_topic import an_event_of_every_topic
from tests.support.api.reading import reading
from tests.support.api.rights_world import OURS, Everything
from tests.support.api.visiting import visits
from tests.support.api.work_by_itself import operates, works
from tests.support.papers.proved_dossiers import Claim
from tests.support.world import NATIONAL, World

QUERY = schema._schema.query_type
WHO = [PUBLIC, *(Actor(role, f"{role}", **OURS) for role in Role if role not in (Role.PUBLIC, Role.SYSTEM))]
WHO_ACTS = [*WHO[1:], SYSTEM]


def _value(name: str, kind: GraphQLInputType, ids: dict[str, str]) -> str:
    """Return a value that a filter of that name takes."""
    if isinstance(kind, GraphQLNonNull):
        return _value(name, kind.of_type, ids)
    if isinstance(kind, GraphQLList):
        return f"[{_value(name, kind.of_type, ids)}]"
    if isinstance(kind, GraphQLEnumType):
        return str(next(iter(kind.values)))
    if isinstance(kind, GraphQLInputObjectType):
        return "{}"
    named = {"territory": "971", "theme": "ent-pronote", "school": "9710003B", "commune": "97105", "around": "97105"}
    named |= {"audience": "parents", "schoolYear": "2026-2027", "uai": "9710003B", "language": "ar"}
    of_kind = {"Boolean": "true", "Int": "1", "DateTime": '"2027-02-01T00:00:00Z"', "Date": '"2027-02-01"'}
    known = ids.get(name) or named.get(name) or "atelier"
    return of_kind.get(getattr(kind, "name", ""), f'"{known}"')


def _roots(ids: dict[str, str]) -> Iterator[tuple[str, list[str]]]:
    """Yield each root field as it is usually asked for; then by each of its filters, and in each of its orders."""
    assert QUERY is not None
    for name, field in QUERY.fields.items():
        kind = get_named_type(field.type)
        if name in BY_LINK or not is_composite_type(kind):
            continue
        inside = _selection(kind)
        usual = ARGUMENTS.get(name, "").format(**ids).strip("()")
        further = []
        for argument, definition in field.args.items():
            shape = get_named_type(definition.type)
            if not isinstance(shape, GraphQLInputObjectType):
                continue
            others = re.sub(rf"{argument}: \{{.*?\}},?", "", usual)
            if argument == "where":
                values = [f"{{{each}: {_value(each, member.type, ids)}}}" for each, member in shape.fields.items()]
            elif argument == "orderBy":
                fields = get_named_type(shape.fields["field"].type)
                assert isinstance(fields, GraphQLEnumType)
                values = [f"{{field: {order}, direction: {way}}}" for order in fields.values for way in ("ASC", "DESC")]
            else:
                continue
            further += [f"{name}({argument}: {value} {others}) {inside}" for value in values]
        yield f"{name}{f'({usual})' if usual else ''} {inside}", further


def _selection(kind: Any) -> str:
    fields = getattr(kind, "fields", {})
    if "nodes" in fields:
        return "{ totalCount nodes { __typename } }"
    leaves = [name for name, field in fields.items() if is_leaf_type(get_named_type(field.type)) and not field.args]
    return "{ __typename " + " ".join(leaves) + " }"


def _things(everything: Everything) -> Iterator[str]:
    """Yield each thing that may be asked for by its id, with all of its fields."""
    for thing in everything.things:
        kind = schema._schema.type_map[thing.type]
        assert isinstance(kind, GraphQLObjectType)
        fields = []
        for name, field in kind.fields.items():
            inner = get_named_type(field.type)
            if not any(isinstance(each.type, GraphQLNonNull) for each in field.args.values()):
                fields.append(f"{name} {_selection(inner) if is_composite_type(inner) else ''}")
        inside = " ".join(fields)
        yield f"{thing.root} {{ {inside if thing.type == 'Territory' else f'... on {thing.type} {{ {inside} }}'} }}"


def _asks(everything: Everything) -> None:
    for usual, further in _roots(everything.ids):
        for who in WHO:
            everything.reader.asks(f"{{ {usual} }}", who)
        for who in WHO[:1] + [each for each in WHO if each.role in (Role.NATIONAL, Role.COORDONNATEUR)]:
            for at in range(0, len(further), 10):
                some = " ".join(f"a{place}: {each}" for place, each in enumerate(further[at : at + 10]))
                everything.reader.asks(f"{{ {some} }}", who)
    for thing in _things(everything):
        for who in WHO:
            if who.role in (Role.NATIONAL, Role.STRUCTURE):
                everything.reader.asks(f"{{ one: {thing} }}", who)


def _acts(everything: Everything) -> None:
    """Send each mutation as somebody who may."""
    for mutation, field in MUTATIONS.items():
        document = (
            f"mutation ($input: {field.args['input'].type}) {{ one: {mutation}(input: $input) {{ __typename }} }}"
        )
        who = next((somebody for somebody in WHO_ACTS if reaches(somebody, mutation)), NATIONAL)
        everything.reader.asks(document, who, input=sound_input(mutation, everything.ids, True))


def _merges(world: World) -> None:
    """Merge terms of every kind: each looks for what has shown its term."""
    merged = {
        TermKind.ANIMATION_TYPE: ("atelier-parents", "cafe-des-parents"),
        TermKind.VENUE_TYPE: ("mairie", "ecole"),
        TermKind.AUDIENCE: ("autres", "parents"),
        TermKind.ACCESSIBILITY: ("autres", "braille"),
    }
    for kind, (source, into) in merged.items():
        if source == "autres":
            world.does(TermAdd(kind=kind, code=source, label="Autres"), NATIONAL)
        world.does(TermMerge(kind=kind, source=source, into=into), NATIONAL)


class _Signable(World):
    """A world whose log is signed: a map that nobody computed is not committed in it."""

    def does(self, command: Command, actor: Actor) -> Any:
        return None if isinstance(command, ProofMapCommit) else super().does(command, actor)


def works_through(town: Town, folder: Path) -> None:
    """Ask for everything, fetch it, let works do what is theirs, and give every command, of operators too."""
    world, files = _Signable(town.app), FileStore(folder / "files")
    ids = an_event_of_every_topic(world, Claim(world, files))
    with reading(town, files) as reader:
        _merges(world)
        town.now = world.now
        reader.catches_up()
        everything = complete(reader, ids)
        _asks(everything)
        answers = visits(everything, folder / "files")
        works(everything, folder)
        with projecting(town.url, town.app.vault):
            _acts(everything)
        failed = operates(everything, folder)
    assert sum(status == 200 for status in answers.values()) > 130, answers
    assert failed == {}
