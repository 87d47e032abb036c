"""Who has asked before is taken for who they were while an answer is made; it is given only if they still are."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from api.core import requests
from domain.kernel.actors import Role
from eventstore.identities import renew
from tests.support.people import NATIONAL, STRUCTURE_ID
from tests.support.server import token

SUBJECT = "camille@exemple.fr"
CAMILLE = token(Role.PARENT, SUBJECT)
ADMIT, END = "56-admit-an-auditor", "57-end-a-mandate"
TIMELINE = f"""{{ structure(id: "{STRUCTURE_ID}") {{ name timeline(first: 5) {{ nodes {{ position type }} }} }} }}"""
VIEWER = "{ viewer { role } }"
AUDIT = "{ auditTrail(first: 1) { totalCount } }"


@pytest.fixture(autouse=True)
def mandate(people: Any) -> dict[str, Any]:
    people.sign()
    (given,) = people.does(ADMIT, NATIONAL, subject=SUBJECT, until="2027-06-01T00:00:00Z")["mandates"]
    return dict(given)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """Whose account was looked at, each time that one was."""
    looked: list[str | None] = []
    held_by = requests.held_by  # type: ignore[attr-defined]

    async def counted(actor: Any, services: Any) -> Any:
        looked.append(actor.subject)
        return await held_by(actor, services)

    monkeypatch.setattr(requests, "held_by", counted)
    return looked


def _known(server: Any) -> None:
    """The process has seen where the read models stand, the structure, and who asks."""
    for _ in range(3):
        assert server.ask(TIMELINE, CAMILLE)["structure"]["timeline"]["nodes"]
    assert SUBJECT in server.services.last_seen.seen.askers


def test_a_timeline_that_moved_no_more_is_read_with_its_asker_in_one_statement(server, looks):
    _known(server)
    looks.clear()
    server.ask(TIMELINE, CAMILLE)
    assert looks == []


@pytest.mark.parametrize("document", [VIEWER, AUDIT, "{ __typename }", "{ animations { totalCount } }"])
def test_whatever_else_is_asked_the_account_is_looked_at_before_it_is_answered(server, looks, document):
    _known(server)
    looks.clear()
    server.ask(document, CAMILLE)
    assert looks == [SUBJECT]


def test_a_mandate_that_was_ended_gives_nothing_to_who_is_remembered_with_it(people, server, mandate):
    _known(server)
    assert server.ask(VIEWER, CAMILLE)["viewer"]["role"] == "AUDITOR"
    people.does(END, NATIONAL, accountId=mandate["accountId"], mandateId=mandate["id"])
    assert server.ask(VIEWER, CAMILLE)["viewer"]["role"] == "PARENT"
    for document in (TIMELINE, AUDIT):
        codes = [error["extensions"]["code"] for error in server.errors(document, CAMILLE)]
        assert codes == ["FORBIDDEN"]


@pytest.mark.parametrize("document", [TIMELINE, VIEWER, "{ __typename }", "mutation { nothingLikeThat }"])
def test_who_was_erased_is_signed_in_nowhere_though_remembered_and_though_nothing_moved(server, founded_url, document):
    _known(server)
    with psycopg.connect(founded_url) as conn:
        called = server.services.application.bus.keyed.called(SUBJECT)
        renew(conn, called["person"], 1, called["person"], called["account"])
        conn.execute("UPDATE renewed_people SET erased_at = now() + interval '1 minute'")
    answer = server.post({"query": document}, CAMILLE)
    codes = [error["extensions"]["code"] for error in answer.json()["errors"]]
    assert (answer.status_code, codes) == (401, ["UNAUTHENTICATED"])
