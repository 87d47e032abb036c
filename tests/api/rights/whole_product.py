"""Everything that the product does, once: what is asked, fetched, done by itself, and commanded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphql import GraphQLNonNull, GraphQLObjectType, get_named_type, is_composite_type

from api.schema import schema
from application.commanding.commands import Command
from application.files.store import FileStore
from application.proof.completeness.committing import ProofMapCommit
from application.typology import TermAdd, TermMerge
from domain.kernel.actors import PUBLIC, SYSTEM, Actor, Role
from domain.typology.typology import TermKind
from projections.engine.runner import projecting
from projections.typology.preview import preview
from tests.api.rights.conftest import complete
from tests.api.rights.narrowed_lists import downloads, lists_of_several, own_lists, roots, selection
from tests.api.rights.test_mutations import MUTATIONS, reaches, sound_input
from tests.support.api.asking import Town
from tests.support.api.every_topic import an_event_of_every_topic
from tests.support.api.reading import Reader, reading
from tests.support.api.rights_world import OURS, Everything
from tests.support.api.visiting import visits
from tests.support.api.work_by_itself import operates, works
from tests.support.papers.proved_dossiers import Claim
from tests.support.world import NATIONAL, World

WHO = [PUBLIC, *(Actor(role, f"{role}", **OURS) for role in Role if role not in (Role.PUBLIC, Role.SYSTEM))]
WHO_ACTS = [*WHO[1:], SYSTEM]
_WAYS = (("first", "after"), ("last", "before"))


def _things(everything: Everything) -> Iterator[str]:
    """Yield each thing that may be asked for by its id, with all of its fields."""
    for thing in everything.things:
        kind = schema._schema.type_map[thing.type]
        assert isinstance(kind, GraphQLObjectType)
        fields = []
        for name, field in kind.fields.items():
            inner = get_named_type(field.type)
            if not any(isinstance(each.type, GraphQLNonNull) for each in field.args.values()):
                fields.append(f"{name} {selection(inner) if is_composite_type(inner) else ''}")
        inside = " ".join(fields)
        yield f"{thing.root} {{ {inside if thing.type == 'Territory' else f'... on {thing.type} {{ {inside} }}'} }}"


def _asks_together(everything: Everything, fields: list[str], who: Actor) -> None:
    for at in range(0, len(fields), 10):
        some = " ".join(f"a{place}: {each}" for place, each in enumerate(fields[at : at + 10]))
        answer = everything.reader.asks(f"{{ {some} }}", who)
        assert who.role is not Role.NATIONAL or answer.codes == [], answer.messages


def _goes_on(everything: Everything, page: str, who: Actor) -> None:
    """Ask for what comes before and after a row of the list."""
    first = page.replace("PAGE", "first: 1")
    answer = everything.reader.asks(f"{{ list: {first} {{ pageInfo {{ endCursor }} }} }}", who).data
    if answer and answer["list"] and (cursor := answer["list"]["pageInfo"]["endCursor"]):
        both = [page.replace("PAGE", f'{way}: 20, {bound}: "{cursor}"') for way, bound in _WAYS]
        _asks_together(everything, [f"{each} {{ nodes {{ __typename }} }}" for each in both], who)


def _asks(everything: Everything) -> None:
    (national,) = (who for who in WHO if who.role is Role.NATIONAL)
    for root in roots(everything.ids):
        for who in WHO:
            everything.reader.asks(f"{{ {root.usual} }}", who)
        for who in WHO[:1] + [each for each in WHO if each.role in (Role.NATIONAL, Role.COORDONNATEUR)]:
            _asks_together(everything, root.further, who)
        _asks_together(everything, root.pairs, national)
        for page in root.pages:
            _goes_on(everything, page, national)
    _asks_together(everything, list(own_lists(everything.ids)), national)
    for each in lists_of_several(everything.ids):
        for who in (who for who in WHO if who.role in (Role.NATIONAL, Role.STRUCTURE)):
            everything.reader.asks(f"{{ {each} }}", who)
    for thing in _things(everything):
        for who in WHO:
            if who.role in (Role.NATIONAL, Role.STRUCTURE):
                everything.reader.asks(f"{{ one: {thing} }}", who)


def _follows(everything: Everything) -> None:
    of_structure = f'"{everything.ids["structureId"]}"'
    for followed in (
        "animationPublished(after: 0) { id }",
        f"animationPublished(after: 0, where: {{structureId: {of_structure}}}) {{ id }}",
        f"structureTimeline(after: 0, structureId: {of_structure}) {{ id }}",
    ):
        assert everything.reader.follows(f"subscription {{ {followed} }}", NATIONAL).errors is None


def _acts(everything: Everything) -> None:
    """Send each mutation as somebody who may."""
    for mutation, field in MUTATIONS.items():
        document = (
            f"mutation ($input: {field.args['input'].type}) {{ one: {mutation}(input: $input) {{ __typename }} }}"
        )
        who = next((somebody for somebody in WHO_ACTS if reaches(somebody, mutation)), NATIONAL)
        everything.reader.asks(document, who, input=sound_input(mutation, everything.ids, True))


_PREVIEW = "{{ typologyPreview(change: {{termMerge: {{kind: {}, from: {}, into: {}}}}}) {{ animations }} }}"


def _merges(reader: Reader, world: World) -> None:
    """Preview and merge terms of every kind: each looks for what has shown its term."""
    merged = {
        TermKind.THEME: ("ent-pronote", "educonnect"),
        TermKind.ANIMATION_TYPE: ("atelier-parents", "cafe-des-parents"),
        TermKind.VENUE_TYPE: ("mairie", "ecole"),
        TermKind.AUDIENCE: ("autres", "parents"),
        TermKind.ACCESSIBILITY: ("autres", "braille"),
    }
    for kind, (source, _) in merged.items():
        if source == "autres":
            world.does(TermAdd(kind=kind, code=source, label="Autres"), NATIONAL)
    reader.catches_up()
    for kind, (source, into) in merged.items():
        previewed = reader.asks(_PREVIEW.format(kind, f'"{source}"', f'"{into}"'), NATIONAL)
        assert previewed.data["typologyPreview"]["animations"] is not None
        if kind is not TermKind.THEME:
            world.does(TermMerge(kind=kind, source=source, into=into), NATIONAL)
    with world.app.pool.connection() as conn:
        preview(conn)


class _Signable(World):
    """A world whose log is signed: a map that nobody computed is not committed in it."""

    def does(self, command: Command, actor: Actor) -> Any:
        return None if isinstance(command, ProofMapCommit) else super().does(command, actor)


def works_through(town: Town, folder: Path) -> None:
    """Ask for everything, fetch it, let works do what is theirs, and give every command, of operators too."""
    world, files = _Signable(town.app), FileStore(folder / "files")
    # Another structure: lists of several are other statements.
    town.signs()
    ids = an_event_of_every_topic(world, Claim(world, files))
    with reading(town, files) as reader:
        _merges(reader, world)
        town.now = world.now
        reader.catches_up()
        everything = complete(reader, ids)
        _asks(everything)
        _follows(everything)
        narrowed = list(downloads(everything.ids))
        answers = visits(everything, folder / "files", narrowed)
        works(everything, folder)
        with projecting(town.url, town.app.vault):
            _acts(everything)
        failed = operates(everything, folder)
    assert {answers[address] for address in narrowed} == {200}, answers
    assert sum(status == 200 for status in answers.values()) > 130, answers
    assert failed == {}
