"""Subscriptions of other systems: whose they are, which events, and which addresses."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from domain.catalogue import WEBHOOK
from domain.kernel.actors import SYSTEM, Role
from domain.kernel.errors import DomainError, ErrorCode
from domain.webhooks import webhook as webhooks
from domain.webhooks.address import endpoint, is_public
from domain.webhooks.events import (
    PauseCause,
    WebhookPaused,
    WebhookReplayed,
    WebhookResumed,
    WebhookSecretRotated,
    WebhookSubscribed,
    WebhookUnsubscribed,
    WebhookWordsErased,
)
from domain.webhooks.kinds import offered, topics_of
from tests.support.domain.builders import COORDONNATEUR, NATIONAL, OTHER_STRUCTURE, OURS, STRUCTURE, actor
from tests.support.domain.story import fold

URL = "https://systeme.exemple.fr/evenements"


def subscribed(**changes: Any) -> WebhookSubscribed:
    return WebhookSubscribed(**{"structure_id": OURS, "url": URL, "kinds": ("animation.*",)} | changes)


OF_TERRITORY, OF_NATION = subscribed(structure_id=None, territory="34"), subscribed(structure_id=None)
ELSEWHERE = actor(Role.COORDONNATEUR, territories=frozenset(["18"]))


@pytest.mark.parametrize(
    ("who", "fact", "admitted"),
    [
        (STRUCTURE, subscribed(), True),
        (OTHER_STRUCTURE, subscribed(), False),
        (COORDONNATEUR, subscribed(), False),
        (COORDONNATEUR, OF_TERRITORY, True),
        (ELSEWHERE, OF_TERRITORY, False),
        (STRUCTURE, OF_TERRITORY, False),
        (COORDONNATEUR, OF_NATION, False),
        (NATIONAL, OF_NATION, True),
        (actor(Role.AUDITOR), OF_NATION, False),
    ],
)
def test_a_subscription_is_for_those_whose_events_are_sent(who, fact, admitted):
    if admitted:
        assert webhooks.subscribe(who, fact, 0) == [fact]
    else:
        with pytest.raises(DomainError) as refused:
            webhooks.subscribe(who, fact, 0)
        assert refused.value.code is ErrorCode.FORBIDDEN


def test_no_more_than_ten_stand_at_a_time_and_each_kind_is_looked_at():
    with pytest.raises(DomainError, match="10 abonnements au plus"):
        webhooks.subscribe(STRUCTURE, subscribed(), webhooks.MOST_SUBSCRIPTIONS)
    with pytest.raises(DomainError, match=r"attendu : animation\.\*.*proposés dans la liste") as refused:
        webhooks.subscribe(STRUCTURE, subscribed(kinds=("animation.created", "contact.*")), 0)
    assert refused.value.problems[0].field == ("kinds", "1")


def test_kinds_that_never_reach_a_structure_are_refused_to_it_and_a_request_reaches_those_it_goes_to():
    never = ("action_group", "candidature", "control", "school", "school_project", "strategy", "territory", "typology")
    for kind in offered():
        family = kind.partition(".")[0]
        for chosen in (kind, f"{family}.*"):
            assert webhooks.subscribe(NATIONAL, subscribed(structure_id=None, kinds=(chosen,)), 0)
            if family in never:
                with pytest.raises(
                    DomainError, match=r"n'arrive jamais à une structure.*attendu : animation\.\*"
                ) as no:
                    webhooks.subscribe(STRUCTURE, subscribed(kinds=("animation.*", chosen)), 0)
                assert no.value.problems[0].field == ("kinds", "1")
            else:
                assert webhooks.subscribe(STRUCTURE, subscribed(kinds=(chosen,)), 0)
    assert fold(WEBHOOK, subscribed()).concerns(None, "34", (UUID(int=9), OURS))
    assert not fold(WEBHOOK, subscribed()).concerns(None, "34", (UUID(int=9),))


def test_what_happens_to_a_subscription_in_its_order():
    live = fold(WEBHOOK, subscribed())
    assert webhooks.rotate_secret(live, STRUCTURE) == [WebhookSecretRotated()]
    assert webhooks.pause(live, SYSTEM, PauseCause.FAILURES) == [WebhookPaused(because=PauseCause.FAILURES)]
    assert webhooks.replay(live, STRUCTURE, 8, 7) == [WebhookReplayed(from_position=8)]
    paused = fold(WEBHOOK, subscribed(), WebhookPaused(because=PauseCause.BY_HAND))
    assert webhooks.resume(paused, STRUCTURE) == [WebhookResumed()]
    assert webhooks.unsubscribe(paused, STRUCTURE) == [WebhookUnsubscribed()]
    assert fold(WEBHOOK, subscribed(), WebhookSecretRotated(), WebhookSecretRotated()).secret_number == 3


@pytest.mark.parametrize(
    ("past", "decide"),
    [
        (
            [WebhookPaused(because=PauseCause.BY_HAND)],
            lambda state: webhooks.pause(state, STRUCTURE, PauseCause.BY_HAND),
        ),
        ([], lambda state: webhooks.resume(state, STRUCTURE)),
        ([], lambda state: webhooks.replay(state, STRUCTURE, 9, 7)),
        ([WebhookUnsubscribed()], lambda state: webhooks.rotate_secret(state, STRUCTURE)),
        ([WebhookUnsubscribed()], lambda state: webhooks.unsubscribe(state, STRUCTURE)),
        ([WebhookWordsErased()], lambda state: webhooks.resume(state, STRUCTURE)),
    ],
)
def test_what_cannot_be_done_is_refused(past, decide):
    with pytest.raises(DomainError) as refused:
        decide(fold(WEBHOOK, subscribed(), *past))
    assert refused.value.code is ErrorCode.RULE_BROKEN


@pytest.mark.parametrize(
    ("fact", "structure_id", "territory", "concerned"),
    [
        (subscribed(), OURS, "34", True),
        (subscribed(), UUID(int=9), "34", False),
        (subscribed(), None, None, False),
        (OF_TERRITORY, UUID(int=9), "34", True),
        (OF_TERRITORY, OURS, "18", False),
        (OF_NATION, OURS, "18", True),
        (OF_NATION, None, None, True),
    ],
)
def test_it_is_sent_the_events_of_its_owner_alone(fact, structure_id, territory, concerned):
    assert fold(WEBHOOK, fact).concerns(structure_id, territory) is concerned


def test_no_kind_is_about_one_person_and_a_family_holds_all_its_kinds():
    assert not {kind.partition(".")[0] for kind in offered()} & {
        *("account", "contact", "file", "invitation", "letter", "passkey", "proof", "satisfaction"),
        *("signing", "webhook"),
    }
    assert topics_of(["logo.*", "animation.published"]) == {"logo.set", "logo.withdrawn", "animation.published"}
    assert topics_of(["animation.gone"]) == frozenset()


@pytest.mark.parametrize("url", [URL, "https://exemple.fr:8443/a?b=c", "http://127.0.0.1:8000/", "http://localhost/x"])
def test_an_address_of_the_internet_or_of_this_machine_is_kept(url):
    assert endpoint(url) == url


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://exemple.fr/",
            "ftp://exemple.fr/",
            "exemple.fr",
            "https://jean:secret@exemple.fr/",
            "https://intranet/",
        ),
        *("https://10.0.0.1/", "https://192.168.1.1/", "https://169.254.169.254/latest", "https://0x7f.1.2.3/"),
        *("https://2130771714/", "https://100.64.0.1/", "http://127.0.0.1@exemple.fr/", "http://127.0.0.2/"),
    ],
)
def test_no_other_address_is(url):
    with pytest.raises(ValueError, match="attendue"):
        endpoint(url)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        *(("93.184.215.14", True), ("2606:2800:21f:cb07::1", True)),
        *(("127.0.0.1", False), ("10.1.2.3", False), ("172.16.0.1", False), ("169.254.169.254", False)),
        *(("::1", False), ("fe80::1%eth0", False), ("fd00::1", False), ("::ffff:10.0.0.1", False)),
        *(("64:ff9b::a00:1", False), ("2002:a00:1::", False), ("224.0.0.1", False), ("0.0.0.0", False)),
    ],
)
def test_private_networks_are_known_in_every_form(address, public):
    assert is_public(address) is public
