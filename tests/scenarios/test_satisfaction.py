"""From the QR code of the last slide to figures: nobody signs in, nobody is known, and few are not told of."""

from __future__ import annotations

import html
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from graphql import GraphQLError
from psycopg.types.json import Jsonb

from api.limits.rate_limits import RateLimiter
from api.satisfaction.pace import take_place
from api.satisfaction.types import figures_of
from application.followers.packets import record_answers
from application.hosting.setting_groups import WebSettings
from application.satisfaction import tables
from domain.satisfaction.packets import AnswersRecorded
from eventstore.log import read_topics
from tests.support.people import (
    AUDITOR,
    COORDONNATEUR,
    NATIONAL,
    OTHER_STRUCTURE,
    PARENT,
    STRUCTURE,
    STRUCTURE_ID,
    People,
)
from tests.support.server import OPERATIONS, SITE, Clock, Server

QUESTIONS: list[dict[str, Any]] = [
    {"text": "Utile ?", "kind": "SCALE"},
    {"text": "Reviendrez-vous ?", "kind": "CHOICE", "choices": ["Oui", "Non"]},
    {"text": "Que changer ?", "kind": "TEXT"},
]
OPEN, ANSWER, SEE = "121-open-a-questionnaire", "122-answer-a-questionnaire", "123-see-satisfaction"


def link_of(server: Server, animation: str, who: str | None = STRUCTURE) -> str | None:
    query = "query($id: ID!) { animation(id: $id) { questionnaireUrl } }"
    url = server.ask(query, who, id=animation)["animation"]["questionnaireUrl"]
    return None if url is None else str(url).removeprefix(f"{SITE}/questionnaire/")


def answers(grade: int, choice: str = "Oui") -> list[dict[str, Any]]:
    return [{"question": 1, "scale": grade}, {"question": 2, "choice": choice}, {"question": 3, "text": "Mme Petit"}]


def a_night_later(server: Server) -> int:
    server.clock.now += timedelta(days=1)
    return record_answers(server.application.bus, server.clock.now)


def figures(server: Server, who: str | None = NATIONAL, **where: str) -> dict[str, Any]:
    """What everything that is recorded leads to."""
    document = "query($where: SatisfactionWhere!) { satisfaction(where: $where) { animations answers questions {"
    document += " number answers average choices { choice answers } } } }"
    body = {"query": document, "variables": {"where": where}}
    answer = server.post(body, who, Min_Position=str(server.log_head())).json()
    if "errors" in answer:
        return {"code": answer["errors"][0]["extensions"]["code"]}
    shown: dict[str, Any] = answer["data"]["satisfaction"]
    return shown


@pytest.fixture
def begun(people: People, clock: Clock) -> str:
    """An animation that has just begun, where a questionnaire is worded."""
    people.does("119-word-the-satisfaction-form", NATIONAL, questions=QUESTIONS)
    people.sign()
    animation = people.declare()
    people.publish(animation)
    clock.now = datetime.fromisoformat("2027-03-15T18:00:00+01:00")
    return animation


def test_a_slide_that_is_printed_before_the_questions_are_worded_leads_to_a_page_that_helps(
    people: People, server: Server
):
    people.sign()
    animation = people.declare()
    people.publish(animation)
    page = server.http.get(f"/questionnaire/{link_of(server, animation)}")
    assert (page.status_code, "Le questionnaire n'est pas encore prêt" in html.unescape(page.text)) == (200, True)
    people.does("119-word-the-satisfaction-form", NATIONAL, questions=QUESTIONS)
    page = server.http.get(f"/questionnaire/{link_of(server, animation)}")
    assert "Le questionnaire s'ouvre au début de l'animation." in html.unescape(page.text)


def test_parents_answer_by_the_link_alone_and_five_of_them_make_a_figure(people: People, server: Server, begun: str):
    assert [link_of(server, begun, who) for who in (None, PARENT, OTHER_STRUCTURE)] == [None] * 3
    link = link_of(server, begun)
    assert link is not None
    assert link_of(server, begun, COORDONNATEUR) == link
    opened = server.run(OPEN, link=link)
    assert (opened["open"], opened["closedReason"], opened["closesAt"]) == (True, None, "2027-03-29T21:00:00+02:00")
    assert opened["animation"]["id"] == begun
    assert server.run(OPEN, link=link[:-3] + "AAA") is None
    for grade in (5, 4, 4, 3):
        people.does(ANSWER, None, link=link, answers=answers(grade))
    assert a_night_later(server) == 0
    nothing: dict[str, Any] = {"number": 1, "answers": None, "average": None, "choices": []}
    few = figures(server, animationId=begun)
    assert (few["animations"], few["answers"], few["questions"][0]) == (0, None, nothing)
    key = str(uuid4())
    for counted_before in (False, True):
        answer = people.does(ANSWER, PARENT, link=link, answers=answers(1, "Non"), idempotencyKey=key)
        assert answer["alreadyCounted"] is counted_before
    assert a_night_later(server) == 1
    shown = figures(server, animationId=begun)
    assert (shown["animations"], shown["answers"]) == (1, 5)
    grades, choices, words = shown["questions"]
    assert (grades["answers"], grades["average"]) == (5, 3.4)
    assert {choice["answers"] for choice in choices["choices"]} <= {None, 5}
    assert (words["answers"], words["average"], words["choices"]) == (None, None, [])
    for where in ({"structureId": STRUCTURE_ID}, {"territory": "34"}, {"theme": "temps-ecran"}, {"from": "2027-03-31"}):
        assert figures(server, **where) == shown, where
    assert figures(server, None, type="atelier-parents-enfants") == shown
    timeline = "query($id: ID!) { structure(id: $id) { timeline(first: 50) { nodes { type subjectName } } } }"
    entries = server.ask(timeline, COORDONNATEUR, id=STRUCTURE_ID)["structure"]["timeline"]["nodes"]
    title = server.ask("query($id: ID!) { animation(id: $id) { title } }", id=begun)["animation"]["title"]
    assert {each["subjectName"] for each in entries if each["type"].startswith("satisfaction.")} == {title}
    for where in ({"territory": "18"}, {"theme": "jeux-video"}, {"type": "seminaire"}, {"to": "2027-02-28"}):
        assert figures(server, **where)["answers"] is None, where


def test_figures_are_for_those_who_answer_for_them_and_the_nations_for_all(server: Server, begun: str):
    own, territory, one = {"structureId": STRUCTURE_ID}, {"territory": "34"}, {"animationId": begun}
    for where, readers in (
        (own, {STRUCTURE, COORDONNATEUR, NATIONAL, AUDITOR}),
        (territory, {COORDONNATEUR, NATIONAL, AUDITOR}),
        (one, {STRUCTURE, COORDONNATEUR, NATIONAL, AUDITOR}),
        ({}, {None, PARENT, STRUCTURE, OTHER_STRUCTURE, COORDONNATEUR, NATIONAL, AUDITOR}),
    ):
        for who in (None, PARENT, STRUCTURE, OTHER_STRUCTURE, COORDONNATEUR, NATIONAL, AUDITOR):
            refused = None if who in readers else "UNAUTHENTICATED" if who is None else "FORBIDDEN"
            assert figures(server, who, **where).get("code") == refused, (where, who)
    assert figures(server, STRUCTURE, animationId=str(uuid4())) == {"code": "FORBIDDEN"}


def test_it_opens_with_the_animation_closes_after_fourteen_days_and_is_bounded(
    people: People, server: Server, clock: Clock, begun: str
):
    link = link_of(server, begun)
    whole = {"link": link, "answers": answers(5)}
    clock.now -= timedelta(seconds=1)
    (early,) = people.is_refused(ANSWER, None, **whole)
    assert (early["code"], early["field"]) == ("RULE_BROKEN", ["link"])
    (stale,) = people.is_refused(ANSWER, None, **whole | {"link": "QUJD"})
    assert (stale["code"], stale["field"]) == ("INVALID", ["link"])
    clock.now += timedelta(seconds=1)
    (left_out,) = people.is_refused(ANSWER, None, link=link, answers=answers(5)[:1])
    assert left_out["message"].startswith("Question 2 : réponse attendue")
    (other,) = people.is_refused(ANSWER, None, **whole, formVersion=2)
    assert other["field"] == ["formVersion"]
    for _ in range(2 * 12 + 20):
        people.does(ANSWER, None, **whole)
    people.is_refused(ANSWER, None, **whole)
    # More have come than there were seats.
    people.does("59-count-who-just-came", STRUCTURE, animationId=begun, parents=13)
    for _ in range(2):
        people.does(ANSWER, None, **whole)
    (full,) = people.is_refused(ANSWER, None, **whole)
    assert "autant de réponses" in full["message"]
    assert a_night_later(server) == 1
    (still_full,) = people.is_refused(ANSWER, None, **whole)
    assert still_full["message"] == full["message"]
    clock.now = datetime.fromisoformat("2027-03-29T21:00:00+02:00")
    (late,) = people.is_refused(ANSWER, None, **whole)
    assert "14 jours" in late["message"]
    assert server.run(OPEN, link=link)["open"] is False


def test_answers_of_one_place_come_at_the_pace_of_people_and_never_fill_a_questionnaire(
    people: People, server: Server, begun: str
):
    seconds = 0.0
    limiter = RateLimiter(lambda: seconds)

    def taken(place: str) -> bool:
        try:
            take_place(limiter, place, "link", 44, 6)
        except GraphQLError:
            return False
        return True

    assert [taken("school") for _ in range(6)] == [True] * 5 + [False]
    assert taken("elsewhere")
    seconds = 10.0
    assert [taken("school"), taken("school")] == [True, False]
    looped = 0
    for _ in range(60):
        seconds += 10
        looped += taken("school")
    assert 6 + looped <= 44 // 2 + 1
    link = link_of(server, begun)
    variables = {"input": {"link": link, "answers": answers(5)}}
    body = {"query": (OPERATIONS / f"{ANSWER}.graphql").read_text(), "variables": variables}
    before = server.services.web
    object.__setattr__(server.services, "web", WebSettings())
    try:
        payloads = [server.post(body).json() for _ in range(7)]
    finally:
        object.__setattr__(server.services, "web", before)
    assert ["errors" in payload for payload in payloads] == [False] * 5 + [True] * 2
    assert payloads[-1]["errors"][0]["extensions"]["code"] == "TOO_MANY_REQUESTS"


def test_small_animations_count_together_once_they_are_closed_and_a_cancelled_one_never(
    people: People, server: Server, clock: Clock, begun: str
):
    other, cancelled = people.declare(venueName="Annexe"), people.declare(venueName="Salle 2")
    for animation in (other, cancelled):
        people.publish(animation)
    for animation, count in ((begun, 3), (other, 2), (cancelled, 4)):
        for _ in range(count):
            people.does(ANSWER, None, link=link_of(server, animation), answers=answers(4))
    link = link_of(server, cancelled)
    people.does("38-cancel-an-animation", STRUCTURE, animationId=cancelled, reason="Salle inondée.")
    assert server.run(OPEN, link=link)["open"] is False
    assert link_of(server, cancelled) is None
    assert a_night_later(server) == 0
    clock.now += timedelta(days=14)
    assert a_night_later(server) == 1
    shown = figures(server, structureId=STRUCTURE_ID)
    assert (shown["animations"], shown["answers"], shown["questions"][0]["average"]) == (0, 5, 4.0)
    assert [figures(server, **where)["answers"] for where in ({"animationId": begun}, {"theme": "temps-ecran"})] == [
        None,
        None,
    ]
    with server.application.pool.connection() as conn:
        assert tables.waiting_animations(conn) == []


def test_nothing_of_who_answered_or_when_is_kept_and_a_crash_counts_nobody_twice(
    people: People, server: Server, begun: str
):
    for grade in (1, 5, 5, 5, 5, 5):
        people.does(ANSWER, PARENT, link=link_of(server, begun), answers=answers(grade), idempotencyKey=str(uuid4()))
    bus, now = server.application.bus, server.clock.now + timedelta(days=1)
    with server.application.pool.connection() as conn:
        names = conn.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name LIKE 'questionnaire_%'"
        ).fetchall()
        assert not [name for name, kind in names if kind.startswith("time")]
        rows = conn.execute("SELECT answers, tally FROM questionnaire_tallies").fetchall()
        assert rows == [(6, {"answers": 6, "1:1": 1, "1:5": 5, "2:0": 6})]
        # The process ends right after a packet is recorded, before it is forgotten.
        (packet,) = tables.take_out_packets(conn, 5)
        assert record_answers(bus, now) == 1
        conn.execute(
            "INSERT INTO questionnaire_packets (packet_id, owner_id, form_version, answers, tally)"
            " VALUES (%s, %s, 1, 6, %s)",
            (packet.packet_id, packet.owner_id, Jsonb(packet.tally)),
        )
        assert record_answers(bus, now) == 1
        (recorded,) = read_topics(conn, [AnswersRecorded.topic])
        assert conn.execute("SELECT count(*) FROM questionnaire_packets").fetchall() == [(0,)]
        assert conn.execute("SELECT count(*) FROM questionnaire_keys").fetchall() == [(0,)]
    assert isinstance(recorded.event, AnswersRecorded)
    assert recorded.event.answer_count == 6
    assert recorded.event.results[0].total == 26
    assert (recorded.stamp.actor, recorded.stamp.recorded_at) == ("system", now)
    assert "Petit" not in recorded.event.model_dump_json()


def test_a_question_has_as_many_answers_as_people_answered_also_where_every_choice_was_rounded_to_nothing():
    whole = {"form_version": 1, "question": 0, "animations": 1, "answers": 5, "total": 0, "counts": []}
    nothing = {**whole, "question": 2, "animations": 0, "answers": 0, "counts": [0, 0]}
    form = {"version": 1, "questions": [{"choices": [], **question} for question in QUESTIONS]}
    for rows in ([whole], [whole, nothing]):
        shown = figures_of(rows, [form]).questions[1]
        assert (shown.answers, [choice.answers for choice in shown.choices]) == (5, [None, None])
