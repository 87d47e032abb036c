"""Who asks is looked up with every request: what their account gave them a moment ago gives them nothing."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

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
def mandate(people: Any, server: Any) -> dict[str, Any]:
    people.sign()
    (admitted,) = people.does(ADMIT, NATIONAL, subject=SUBJECT, until="2027-06-01T00:00:00Z")["mandates"]
    assert server.ask(TIMELINE, CAMILLE)["structure"]["timeline"]["nodes"]
    return dict(admitted)


def test_a_mandate_that_was_ended_gives_nothing_from_the_next_request_on(people, server, mandate):
    assert server.ask(VIEWER, CAMILLE)["viewer"]["role"] == "AUDITOR"
    people.does(END, NATIONAL, accountId=mandate["accountId"], mandateId=mandate["id"])
    assert server.ask(VIEWER, CAMILLE)["viewer"]["role"] == "PARENT"
    for document in (TIMELINE, AUDIT):
        codes = [error["extensions"]["code"] for error in server.errors(document, CAMILLE)]
        assert codes == ["FORBIDDEN"]


@pytest.mark.parametrize("document", [TIMELINE, VIEWER, "{ __typename }", "mutation { nothingLikeThat }"])
def test_who_was_erased_is_signed_in_nowhere_though_no_read_model_moved(server, founded_url, document):
    with psycopg.connect(founded_url) as conn:
        called = server.services.application.bus.keyed.called(SUBJECT)
        renew(conn, called["person"], 1, called["person"], called["account"])
        conn.execute("UPDATE renewed_people SET erased_at = now() + interval '1 minute'")
    answer = server.post({"query": document}, CAMILLE)
    codes = [error["extensions"]["code"] for error in answer.json()["errors"]]
    assert (answer.status_code, codes) == (401, ["UNAUTHENTICATED"])
