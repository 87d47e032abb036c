"""What people answer to text messages, passed on by the gateway; and the box of the form."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from application.followers.texting import number_digest
from application.texting import outbox
from tests.support.network.sms_gateway import SECRET
from tests.support.people import People
from tests.support.server import Server

NUMBER = "+33639980001"


@pytest.fixture
def switch_on(server: Server) -> Iterator[Callable[[], None]]:
    """Settings are fixed while a server runs: this one is switched on behind its back."""
    yield lambda: object.__setattr__(server.services, "sms_secret", SECRET)
    object.__setattr__(server.services, "sms_secret", None)


def _is_stopped(server: Server, number: str = NUMBER) -> bool:
    application = server.application
    with application.pool.connection() as conn:
        return outbox.is_stopped(conn, number_digest(application.bus.keyed, number))


def test_stop_ends_texts_to_that_number_until_start(server: Server, switch_on):
    def inbound(body: Any, secret: str = SECRET) -> int:
        headers = {"Authorization": f"Bearer {secret}"}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer: httpx.Response = server.http.post("/sms/inbound", content=content, headers=headers)
        return answer.status_code

    assert inbound({"from": NUMBER, "text": "STOP"}) == 404, "off by default"
    switch_on()
    assert inbound({"from": NUMBER, "text": "STOP"}, "somebody else's") == 401
    wrong: list[Any] = [b"", b"{", [], {"from": NUMBER}, {"from": "", "text": "STOP"}]
    refused = [inbound(body) for body in wrong]
    assert refused == [400] * 5
    assert inbound(b"x" * 5_000) == 413
    assert (inbound({"from": NUMBER, "text": "Merci !"}), _is_stopped(server)) == (204, False)
    assert (inbound({"from": "06 39 98 00 01", "text": " stop. merci", "at": 7}), _is_stopped(server)) == (204, True)
    assert _is_stopped(server, "+33639980002") is False
    assert (inbound({"from": NUMBER, "text": "Start"}), _is_stopped(server)) == (204, False)
    assert (inbound({"from": NUMBER, "text": "Arrêt"}), _is_stopped(server)) == (204, True)


def test_the_form_asks_whether_to_text_where_the_site_does(server: Server, people: People, switch_on):
    people.sign()
    animation = people.declare()
    people.publish(animation)
    assert "smsAgreed" not in server.http.get(f"/animations/{animation}").text
    switch_on()
    assert 'name="smsAgreed"' in server.http.get(f"/animations/{animation}", headers={"Cache-Control": "no-cache"}).text
