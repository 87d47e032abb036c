"""Whatever is asked, fetched or done by itself finds its rows by an index, however large the tables grow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
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
from application.followers.mailing import Mailer
from application.followers.reacting import react
from application.hosting.settings import Settings
from application.webhooks.delivering import Deliverer
from application.webhooks.sending import Sender
from cli.server.jobs import jobs
from domain.kernel.actors import PUBLIC, Actor, Role
from projections.engine.catching_up import catch_up
from tests.api.rights.test_reading import ARGUMENTS, BY_LINK
from tests.support.api.reading import Reader
from tests.support.api.rights_world import OURS, Everything
from tests.support.api.statements import filled_up, read_whole, sent
from tests.support.api.visiting import visits
from tests.support.server import MASTER_KEY, TOKEN_SECRET
from tests.support.world import EVENT_KEYS

QUERY = schema._schema.query_type
WHO = [PUBLIC, *(Actor(role, f"{role}", **OURS) for role in Role if role not in (Role.PUBLIC, Role.SYSTEM))]
#: Tables that history does not lengthen beyond some hundreds or thousands of rows, and why.
SHORT = {
    "terms": "the typology",
    "territories": "a row for each",
    "strategies": "some for each territory",
    "action_groups": "some for each territory",
    "school_projects": "a row for each target school and year",
    "schools": "those of the country, whose names hold what is typed anywhere",
    "school_animations": "a row for each school",
    "school_candidatures": "a row for each school",
    "school_staff": "some rows for each school",
    "listed_animations": "a row for each combination of what the listing is filtered by",
    "territory_days": "a row for each day of a territory",
    "territory_terms": "a row for each day of a territory and term",
    "country_terms": "a row for each day and term",
    "questionnaire_keys": "emptied whole",
    "webhook_progress": "a row for each subscription",
    "reactions_set_aside": "what could not be reacted to",
    "keys": "the notary's, of which there is one for years",
    "log": "one row",
    "map": "one row",
    "stored_events_notification_id_seq": "one row",
    **dict.fromkeys(
        ("reaction_position", "person_index_position", "forgetting", "mail_sending", "sms_sending"), "one row"
    ),
}
#: Statements that read a table whole, by a part of their text, and why.
WHOLE = {
    "SELECT candidature_id FROM": "retention, once a day",
    "SELECT structure_id, contact_id FROM": "retention, once a day",
    "DELETE FROM mail_outbox WHERE ctid": "once an hour, of what it keeps short itself",
    "DELETE FROM command_outcomes WHERE ctid": "once an hour: an index would cost each command",
}


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
    named = {"territory": "971", "theme": "temps-ecran", "school": "9710003B", "commune": "97105", "around": "97105"}
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


def _works(reader: Reader, folder: Path) -> None:
    """Do once what is done by itself: reactions, letters, webhooks and jobs."""
    app, now = reader.town.app, reader.town.now
    settings = Settings(
        home=folder,
        database_url=reader.town.url,
        token_secret=TOKEN_SECRET,
        master_key=MASTER_KEY,
        event_key=EVENT_KEYS,
        checkpoint_key=MASTER_KEY,
        files=folder / "files",
    )
    with app.pool.connection() as conn:
        catch_up(conn, app.vault)
        while react(conn, with_mail=True):
            pass
        mailer = Mailer(app.vault, app.bus.keyed, "de@example.org", "https://x.example.org", lambda letter: None)
        mailer.send_next(conn)
        sender = Sender(local=True)
        deliverer = Deliverer(app.execute, app.vault, app.bus.keyed, "https://x.example.org", sender, lambda: now)
        deliverer.begin(conn)
        deliverer.deliver(conn)
    for job in jobs(app, settings):
        if job.name == "log-checked":
            # It reads the whole log by design, in a process of its own.
            continue
        job.run(now, now - timedelta(days=400))


def test_no_statement_reads_a_table_whole_that_history_lengthens(everything_apart: Everything, tmp_path: Path):
    reader = everything_apart.reader
    with sent() as statements:
        _asks(everything_apart)
        answers = visits(everything_apart, tmp_path)
        _works(reader, tmp_path)
    assert sum(status == 200 for status in answers.values()) > 35, answers
    assert len(statements) > 500
    with reader.town.app.pool.connection() as conn, filled_up(conn) as filled:
        whole = {text: read_whole(conn, text, params) for text, params in statements.items()}
    long = {text: set(tables) - set(SHORT) for text, tables in whole.items() if set(tables) - set(SHORT)}
    faults = [f"{tables}: {text}" for text, tables in long.items() if not any(part in text for part in WHOLE)]
    assert faults == [], "\n\n".join(faults)
    assert len(filled) > 40
    assert [part for part in WHOLE if not any(part in text for text in long)] == []
