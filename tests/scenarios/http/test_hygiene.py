"""The service as it is met from outside: limits, origins, headers, metrics."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from api.limits.rate_limits import MOST_BUCKETS, REGISTRATIONS_AT_ONCE, RateLimiter
from application.hosting.setting_groups import WebSettings
from tests.support.people import NATIONAL, STRUCTURE, People
from tests.support.server import Clock, Server, running_server

POSITION = "{ position }"
SITE = "https://parentalite.example.org"
METRICS_TOKEN = "a token for the metrics"
#: Six at once, then one every ten seconds.
LIMITED = WebSettings(
    requests_per_minute=36,
    trusted_proxies=(ip_network("127.0.0.1"), ip_network("10.0.0.0/8")),
    cors_origins=(SITE,),
    metrics_token=METRICS_TOKEN,
)


@pytest.fixture
def limited(founded_url: str, clock: Clock) -> Iterator[Server]:
    with running_server(founded_url, clock, web=LIMITED) as running:
        yield running


def _asks(server: Server, address: str, token: str | None = None) -> httpx.Response:
    headers = {"x-forwarded-for": address} | ({"authorization": f"Bearer {token}"} if token else {})
    return server.http.post("/graphql", json={"query": POSITION}, headers=headers)


def test_who_asks_too_often_is_told_to_wait_and_others_are_not(limited):
    answers = [_asks(limited, "203.0.113.7") for _ in range(8)]
    assert [answer.status_code for answer in answers] == [200] * 6 + [429] * 2
    (error,) = answers[-1].json()["errors"]
    assert error["extensions"]["code"] == "TOO_MANY_REQUESTS"
    assert error["message"].startswith("Trop de demandes")
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 10
    assert _asks(limited, "203.0.113.8").status_code == 200
    browser = {"x-forwarded-for": "203.0.113.7", "accept": "text/html,*/*;q=0.8"}
    page = limited.http.get("/animations", headers=browser)
    assert (page.status_code, page.headers["content-type"]) == (429, "text/html; charset=utf-8")
    assert 1 <= int(page.headers["retry-after"]) <= 10
    assert "<h1>Trop de demandes</h1>" in page.text
    # What a client writes itself before our proxy's word counts for nothing.
    assert _asks(limited, "198.51.100.1, 203.0.113.7, 10.1.2.3").status_code == 429


def test_a_token_has_a_limit_of_its_own_from_wherever_it_is_used(limited):
    answers = [_asks(limited, f"203.0.113.{number}", NATIONAL).status_code for number in range(8)]
    assert answers == [200] * 6 + [429] * 2


def test_health_and_metrics_are_never_limited(limited):
    for _ in range(10):
        assert limited.http.get("/ready", headers={"x-forwarded-for": "203.0.113.9"}).status_code == 200


def test_this_machine_itself_is_not_limited(server):
    assert {server.post({"query": POSITION}).status_code for _ in range(50)} == {200}


def test_a_bucket_fills_again_with_time():
    seconds = 0.0
    limiter = RateLimiter(lambda: seconds)
    taken = [limiter.take("x", "a", 60, 2) for _ in range(3)]
    assert taken == [0, 0, 1.0]
    seconds = 1.0
    assert [limiter.take("x", "a", 60, 2) for _ in range(2)] == [0, 1.0]
    assert limiter.take("x", "b", 0, 0) == 0, "no limit"


def test_limits_take_bounded_memory():
    limiter = RateLimiter()
    for number in range(MOST_BUCKETS + 100):
        limiter.take("x", str(number), 60, 2)
    assert len(limiter._buckets) == MOST_BUCKETS


def test_registrations_from_one_place_are_limited_for_each_animation(server, people):
    people.sign()
    animation = people.declare()
    people.publish(animation)
    limiter = server.services.shared(RateLimiter)
    for _ in range(REGISTRATIONS_AT_ONCE):
        limiter.take("registration", f"127.0.0.1 {animation}", 60, REGISTRATIONS_AT_ONCE)
    document = "mutation($input: RegistrationSubmitInput!) { registrationSubmit(input: $input) { errors { code } } }"
    values = {"animationId": animation, "firstName": "P", "lastName": "N", "email": "p@exemple.fr"}
    (error,) = server.errors(document, input=values)
    assert error["extensions"]["code"] == "TOO_MANY_REQUESTS"
    name = {"animationId": animation, "firstName": "Awa", "lastName": "Ba"}
    people.does("41-register-somebody-else", STRUCTURE, **name)
    (stranger,) = server.errors(document.replace("Submit", "SubmitFor"), input=name)
    assert stranger["extensions"]["code"] == "TOO_MANY_REQUESTS"
    assert server.log_head() == server.log_head()


@pytest.mark.parametrize("path", ["/graphql", "/health", "/checkpoint", "/nowhere", "/graphiql/nothing.js"])
def test_every_answer_has_the_headers_that_browsers_heed(server, path):
    headers = server.http.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert headers["strict-transport-security"].startswith("max-age=")
    assert "content-security-policy" in headers


def test_the_page_of_graphiql_keeps_its_own_policy(server):
    policy = server.http.get("/graphql", headers={"accept": "text/html"}).headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self';" in policy
    assert "connect-src 'self';" in policy


def test_answers_to_who_is_signed_in_are_not_kept_by_caches(server):
    assert server.post({"query": POSITION}, NATIONAL).headers["cache-control"] == "no-store"


def _preflight(server: Server, origin: str) -> httpx.Response:
    headers = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization, content-type, min-position",
    }
    return server.http.options("/graphql", headers=headers)


def test_pages_of_the_configured_sites_may_ask_and_no_others(limited, server):
    allowed = _preflight(limited, SITE)
    assert allowed.headers["access-control-allow-origin"] == SITE
    assert "access-control-allow-credentials" not in allowed.headers
    assert "access-control-allow-origin" not in _preflight(limited, "https://evil.example.org").headers
    assert "access-control-allow-origin" not in _preflight(server, SITE).headers


@pytest.mark.parametrize(("origin", "opens"), [(None, True), (SITE, True), ("https://evil.example.org", False)])
def test_pages_of_other_sites_open_no_web_socket(limited, origin, opens):
    address = limited.address.replace("http", "ws") + "/graphql"
    options: dict[str, Any] = {"origin": origin, "subprotocols": ["graphql-transport-ws"]}
    if opens:
        with connect(address, **options) as socket:
            assert socket.subprotocol == "graphql-transport-ws"
    else:
        with pytest.raises(InvalidStatus) as refusal:
            connect(address, **options)
        assert refusal.value.response.status_code == 403


def test_metrics_tell_what_was_asked_and_how_far_everything_has_come(limited):
    people = People(limited)
    people.sign()
    limited.http.get("/publications.atom")
    limited.http.get("/nowhere")
    headers = {"authorization": f"Bearer {METRICS_TOKEN}"}
    metrics = limited.http.get("/metrics", headers=headers).text
    lines = dict(line.rsplit(" ", 1) for line in metrics.splitlines() if line and not line.startswith("#"))
    assert float(lines['parentalite_requests_total{method="POST",place="graphql",status="200"}']) >= 1
    assert lines['parentalite_requests_total{method="GET",place="publications.atom",status="200"}'] == "1.0"
    assert lines['parentalite_requests_total{method="GET",place="other",status="404"}'] == "1.0"
    assert float(lines["parentalite_log_position"]) == limited.log_head()
    assert 'parentalite_follower_lag_events{name="animations"}' in lines
    assert 'parentalite_follower_lag_events{name="reactions"}' in lines
    assert lines['parentalite_mails{state="waiting"}'] == "0.0"
    for bad in ({}, {"authorization": "Bearer another"}):
        assert limited.http.get("/metrics", headers=bad).status_code == 403


def test_without_a_token_the_metrics_are_for_this_machine(server):
    assert server.http.get("/metrics").status_code == 200


def test_a_kept_answer_tells_each_origin_its_own_headers(limited):
    body = {"query": "{ __typename }"}
    for origin, allowed in ((SITE, SITE), (SITE, SITE), ("https://other.example.org", None), (None, None)):
        headers = {"x-forwarded-for": "203.0.113.20"} | ({"origin": origin} if origin else {})
        answer = limited.http.post("/graphql", json=body, headers=headers)
        assert answer.headers.get("access-control-allow-origin") == allowed
        assert answer.headers["vary"].count("Origin") <= 1


@pytest.mark.parametrize("name", ["apollographql-client-name", "traceparent", "apollo-require-preflight"])
def test_pages_of_other_sites_may_send_what_usual_clients_add(limited, name):
    preflight = {
        "origin": SITE,
        "access-control-request-method": "POST",
        "access-control-request-headers": name,
        "x-forwarded-for": "203.0.113.21",
    }
    assert limited.http.options("/graphql", headers=preflight).status_code == 200
