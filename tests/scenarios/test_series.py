"""A term of weekly cafés: declared in one command, published in one decision, then each with a life of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from tests.support.people import NATIONAL, STRUCTURE

REPEAT, PUBLISH = "114-repeat-an-animation", "115-publish-several-animations"
SERIES = "query($id: ID!) { animation(id: $id) { version series { id dates } allowedActions { action } } }"

RETIRE = "mutation($input: TermRetireInput!) { termRetire(input: $input) { errors { message } } }"
RETIRED = {"kind": "ANIMATION_TYPE", "code": "atelier-parents-enfants"}


def day(date, start="18:00", end="20:00"):
    return {"startsAt": f"{date}T{start}", "endsAt": f"{date}T{end}"}


def dates_of(server, animation, who=None):
    return [date[:16] for date in server.ask(SERIES, who, id=animation)["animation"]["series"]["dates"]]


def test_a_series_is_declared_published_and_changed_date_by_date(people, server):
    people.sign()
    source = people.declare()
    key = str(uuid4())
    wanted = {"animationId": source, "dates": [day("2027-04-05"), day("2027-03-22")], "idempotencyKey": key}
    series = people.does(REPEAT, STRUCTURE, **wanted)
    second, first = (animation["id"] for animation in series["animations"])
    assert [animation["startsAt"] for animation in series["animations"]] == [
        "2027-04-05T18:00:00+02:00",
        "2027-03-22T18:00:00+01:00",
    ]
    assert {animation["series"]["id"] for animation in series["animations"]} == {f"series:{source}"}
    assert people.does(REPEAT, STRUCTURE, **wanted) == series
    assert dates_of(server, source, STRUCTURE) == ["2027-03-15T18:00", "2027-03-22T18:00", "2027-04-05T18:00"]

    twice = {"animationId": first, "dates": [day("2027-05-03"), day("2027-04-05")]}
    before, wrong = server.log_head(), server.run(REPEAT, STRUCTURE, input=twice)["errors"]
    assert [(error["code"], error["field"]) for error in wrong] == [("DUPLICATE", ["dates", "1", "startsAt"])]
    assert server.log_head() == before

    unknown, key = str(uuid4()), str(uuid4())
    decided = {"animationIds": [first, unknown, source, first, "sans tiret", second], "idempotencyKey": key}
    payload = server.run(PUBLISH, NATIONAL, input=decided)
    assert [animation["id"] for animation in payload["animations"]] == [first, source, second]
    assert [(error["code"], error["field"]) for error in payload["errors"]] == [
        ("NOT_FOUND", ["animationIds", "1"]),
        ("RULE_BROKEN", ["animationIds", "3"]),
        ("INVALID", ["animationIds", "4"]),
    ]
    assert unknown in payload["errors"][0]["message"]
    assert "« sans tiret »" in payload["errors"][2]["message"]
    assert server.run(PUBLISH, NATIONAL, input=decided) == payload
    (other,) = server.run(PUBLISH, NATIONAL, input={"animationIds": [second], "idempotencyKey": key})["errors"]
    assert (other["code"], other["field"]) == ("DUPLICATE", ["idempotencyKey"])

    (wrong,) = server.run(PUBLISH, NATIONAL, input={"animationIds": ["x" * 5_000]})["errors"]
    assert (wrong["code"], wrong["field"]) == ("INVALID", ["animationIds", "0"])
    assert f"« {'x' * 40} » : identifiant (UUID) attendu" in wrong["message"]
    (refused,) = server.run(PUBLISH, STRUCTURE, input={"animationIds": ["x"]})["errors"]
    assert refused["code"] == "FORBIDDEN"

    people.does("38-cancel-an-animation", STRUCTURE, animationId=first, reason="Salle prise")
    assert dates_of(server, source) == ["2027-03-15T18:00", "2027-04-05T18:00"]


def test_of_two_that_repeat_it_at_once_one_is_refused_and_a_rule_follows_the_clock(people, server):
    people.sign()
    source = people.declare()
    weekly = {"animationId": source, "every": "WEEK", "until": "2027-04-06", "without": ["2027-03-29"]}
    with ThreadPoolExecutor(2) as threads:
        payloads = list(threads.map(lambda _: server.run(REPEAT, STRUCTURE, input=weekly), range(2)))
    done, refused = sorted(payloads, key=lambda payload: len(payload["errors"]))
    starts = [copy["startsAt"] for copy in done["animations"]]
    assert starts == ["2027-03-22T18:00:00+01:00", "2027-04-05T18:00:00+02:00"]
    assert {error["code"] for error in refused["errors"]} == {"DUPLICATE"}
    assert len(dates_of(server, source, STRUCTURE)) == 3


def test_a_type_retired_while_animations_are_repeated_refuses_all_dates_or_none(people, server):
    people.sign()
    sources = [people.declare(title=f"Café {number}") for number in range(2)]
    weekly = {"every": "WEEK", "until": "2027-06-30"}

    def repeats(source):
        return server.run(REPEAT, STRUCTURE, input={"animationId": source, **weekly})

    with ThreadPoolExecutor(3) as threads:
        first = threads.submit(repeats, sources[0])
        retired = threads.submit(server.ask, RETIRE, NATIONAL, input=RETIRED)
        second = threads.submit(repeats, sources[1])
        assert retired.result()["termRetire"]["errors"] == []
        payloads = [first.result(), second.result()]
    for payload in payloads:
        copies, errors = payload["animations"] or (), payload["errors"]
        assert (len(copies), len(errors)) in ((15, 0), (0, 15)), payload
        assert all(error["field"][0] == "dates" and "n'est plus proposé" in error["message"] for error in errors)
    declared = sum(len(payload["animations"] or ()) for payload in payloads)
    assert len(people.own_animations()) == 2 + declared
    assert repeats(sources[0])["errors"]
