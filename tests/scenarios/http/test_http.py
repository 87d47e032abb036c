"""How the server speaks HTTP: media types, statuses, positions waited for, health."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from tests.support.people import ANIMATION, NATIONAL, STRUCTURE, People
from tests.support.server import Clock, Server, running_server

JSON, GRAPHQL_JSON = "application/json", "application/graphql-response+json"
POSITION = "{ position }"


def test_a_browser_gets_a_page_to_ask_from(server: Server):
    page = server.http.get("/graphql", headers={"accept": "text/html,*/*;q=0.8"})
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assets = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    local = [asset for asset in assets if not asset.startswith("data:")]
    assert len(local) == 6
    for asset in (*local, "graphiql/fetcher.js", "graphiql/examples.json"):
        # Everything comes from here: the page works without the internet.
        answer = server.http.get(f"/{asset}")
        assert answer.status_code == 200
        assert len(answer.content) > 1_000
        again = server.http.get(f"/{asset}", headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["cache-control"] == answer.headers["cache-control"]
    assert server.http.get("/graphiql/..%2Fpage.html").status_code == 404


def test_each_media_type_has_its_statuses(server: Server):
    for document, status in ((POSITION, 200), ("{ unknown }", 400), ("{", 400), ("{ node(id: {}) { id } }", 400)):
        newer = server.post({"query": document}, accept=GRAPHQL_JSON)
        assert newer.status_code == status, newer.text
        assert newer.headers["content-type"].startswith(GRAPHQL_JSON)
        assert ("data" in newer.json()) == (status == 200)
        plain = server.post({"query": document}, accept=JSON)
        assert plain.status_code == 200
        assert plain.headers["content-type"].startswith(JSON)


def test_get_serves_queries_and_never_mutations(server: Server):
    answer = server.http.get("/graphql", params={"query": POSITION})
    assert answer.json()["data"]["position"] == server.log_head()
    mutation = 'mutation { animationPublish(input: { animationId: "1" }) { position } }'
    refused = server.http.get("/graphql", params={"query": mutation}, headers={"authorization": f"Bearer {NATIONAL}"})
    assert refused.status_code == 405
    assert refused.headers["allow"] == "POST"
    assert server.http.put("/graphql", json={"query": POSITION}).status_code == 405
    for variables, status in (("", 200), ("null", 200), ("{}", 200), ("x", 400), ("[1]", 400), ("{", 400)):
        answer = server.http.get("/graphql", params={"query": POSITION, "variables": variables})
        assert answer.status_code == status, variables


def test_a_form_that_another_site_could_post_is_refused(server: Server):
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        body = b'{"query": "{ position }"}'
        answer = server.http.post("/graphql", content=body, headers={"content-type": content_type})
        assert answer.status_code == 415


def test_a_query_waits_for_the_position_it_asks_for(people: People, server: Server):
    position = people.sign()["position"]
    answer = server.post({"query": POSITION}, min_position=str(position))
    assert answer.json()["data"]["position"] >= position


def test_a_position_that_is_not_reached_in_time_is_said_with_the_one_reached(founded_url: str):
    with running_server(founded_url, Clock(), wait_seconds=0.2) as server:
        head = server.log_head()
        for media_type, status in ((JSON, 200), (GRAPHQL_JSON, 503)):
            answer = server.post({"query": POSITION}, min_position=str(head + 1), accept=media_type)
            assert answer.status_code == status
            (error,) = answer.json()["errors"]
            assert error["extensions"] == {"code": "POSITION_NOT_REACHED", "position": head}


@pytest.mark.parametrize("position", ["", "-1", "demain", "1.5", "9" * 30, "٣"])
def test_a_malformed_position_is_a_client_error(position: str, server: Server):
    headers = {b"min-position": position.encode()}
    answer = server.http.post("/graphql", json={"query": POSITION}, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "INVALID"


def test_health_tells_how_far_each_read_model_has_come(people: People, server: Server):
    position = people.sign()["position"]
    health = server.http.get("/health").json()
    assert (health["status"], health["database"], health["position"]) == ("ok", True, position)
    assert {model["name"] for model in health["readModels"]} >= {"animations", "structures", "terms"}
    assert all(model["lag"] == 0 and model["failed"] is None for model in health["readModels"])
    assert server.http.get("/ready").json() == {"ready": True}


def test_a_read_model_that_stands_still_makes_the_process_unready(people: People, server: Server):
    # The projector is at work once it has shown a convention: one that starts lets failed read models try again.
    people.sign()
    with server.application.pool.connection() as conn:
        conn.execute(
            "UPDATE read_models.generations SET failed_position = 7, failed_event = 'animation.created'"
            " WHERE name = 'animations' AND state = 'live'"
        )
    health = server.http.get("/health").json()
    assert health["status"] == "degraded"
    (failed,) = [model for model in health["readModels"] if model["failed"]]
    assert failed["failed"] == {"position": 7, "event": "animation.created"}
    assert server.http.get("/ready").status_code == 503


def test_an_unexpected_error_is_masked_and_logged_under_its_number_without_what_was_sent(
    people: People, server: Server, caplog: pytest.LogCaptureFixture
):
    people.sign()
    with server.application.pool.connection() as conn:
        conn.execute("ALTER TABLE command_outcomes RENAME TO mislaid")
        conn.execute("ALTER TABLE read_models.structures_g1 RENAME COLUMN name_key TO mislaid")
    secret = "Ce que quelqu'un a écrit"
    declare = "mutation($input: AnimationCreateInput!) { animationCreate(input: $input) { position } }"
    for document, variables in (
        (declare, {"input": ANIMATION | {"title": secret, "idempotencyKey": str(uuid4())}}),
        ("query($where: StructureWhere) { structures(where: $where) { totalCount } }", {"where": {"text": secret}}),
    ):
        caplog.clear()
        (error,) = server.errors(document, STRUCTURE, **variables)
        assert error["extensions"]["code"] == "INTERNAL"
        assert error["extensions"]["incident"] in error["message"]
        assert error["extensions"]["incident"] in caplog.text
        assert "mislaid" not in error["message"]
        assert secret not in caplog.text


def test_two_processes_on_one_database_agree(people: People, server: Server, founded_url: str, clock: Clock):
    people.sign()
    animation = people.declare()
    with running_server(founded_url, clock) as other:
        position = people.publish(animation)["position"]
        document = "{ animations { edges { node { id version status } } } position }"
        answers = [each.post({"query": document}, min_position=str(position)).json() for each in (server, other)]
        assert answers[0] == answers[1]
        assert [edge["node"]["id"] for edge in answers[0]["data"]["animations"]["edges"]] == [animation]
        People(other).declare(title="Déclarée par l'autre serveur")
        assert len(people.own_animations()) == 2


def test_an_address_that_there_is_not_is_told_as_all_errors_are(server: Server):
    missing = server.http.get("/service-dossiers")
    (error,) = missing.json()["errors"]
    assert (missing.status_code, error["extensions"]["code"]) == (404, "NOT_FOUND")
    wrong = server.http.post("/checkpoint")
    (error,) = wrong.json()["errors"]
    assert (wrong.status_code, set(wrong.headers["allow"].split(", "))) == (405, {"GET", "HEAD"})
    assert "POST" in error["message"]
