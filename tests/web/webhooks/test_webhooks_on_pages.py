"""A structure lets another system be sent its events: the secret once, what was given up, and sent again."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from application.webhooks.delivering import Deliverer
from application.webhooks.sending import Sender
from domain.webhooks.kinds import FAMILIES
from tests.support.network.receiver import receiver
from tests.support.people import STRUCTURE_ID, People
from tests.support.server import Server
from tests.support.visitor import Visitor, links
from web.webhooks import words

WANTED = {"owner": f"structureId:{STRUCTURE_ID}", "families": "publication.*", "precise": "animation.created"}


def test_every_family_that_is_offered_has_a_french_name() -> None:
    assert words.FAMILIES.keys() == set(FAMILIES)
    assert words.failure("refused: 500") == "le logiciel a répondu « 500 »"
    assert words.failure("no answer in time") == "pas de réponse en dix secondes"


def test_a_structure_subscribes_a_system_and_sends_again_what_was_given_up(people: People, server: Server) -> None:
    object.__setattr__(server.services, "local_webhooks", True)
    writer = Visitor(server.address).signs_in("STRUCTURE")
    assert "/structure/abonnements" in links(writer.sees("/structure"))
    page = writer.sees("/structure/abonnements")
    assert "Aucun abonnement pour le moment." in page
    assert ("animation_request.*" in page, "strategy." in page) == (True, False)
    nothing = {**WANTED, "url": "ftp://exemple.fr", "families": "", "precise": ""}
    refused = writer.sends(page, "abonner", nothing, status=422)
    assert ('<a href="#abonner-url">' in refused, '<a href="#abonner-families">' in refused) == (True, True)
    unknown = {**WANTED, "url": "https://exemple.fr/x", "precise": "animation.created\ncandidature.submitted"}
    assert '<a href="#abonner-precise">' in writer.sends(refused, "abonner", unknown, status=422)
    with receiver() as system:
        page = writer.sends(refused, "abonner", {**WANTED, "url": system.url})
        (system.secret,) = re.findall(r"whsec_[A-Za-z0-9+/=]+(?=</code></p>)", page)
        listed = writer.sees("/structure/abonnements")
        (address,) = {link for link in links(listed) if link.startswith("/structure/abonnements/")}
        assert "whsec_" not in writer.sees(address).replace("whsec_…", "").replace("<code>whsec_</code>", "")
        people.declare()
        _delivers(server, timedelta())
        assert len(system.received) == 1
        people.declare()
        # What is sent on a later day is not verified: its time is to come.
        system.secret, system.answers = None, [500] * 8
        for hour in range(0, 20, 2):
            _delivers(server, timedelta(hours=hour))
        page = writer.sees(f"{address}?etat=DEAD")
        assert "le logiciel a répondu « 500 »" in page.replace("\N{NO-BREAK SPACE}", " ")
        (position,) = re.findall(r'name="fromPosition" value="(\d+)"', page)
        assert "repart de cette position" in writer.sends(page, "renvoyer", {"fromPosition": position})
        _delivers(server, timedelta(hours=24))
        assert len(set(system.ids)) == 2
        assert "Livré, " in writer.sees(address)
        assert "Suspendu par une personne." in writer.sends(writer.sees(address), "suspendre")
        assert "a repris" in writer.sends(writer.sees(address), "reprendre")
        assert "Copiez ce secret" in writer.sends(writer.sees(address), "secret")
        ended = writer.sends(writer.sees(address), "resilier")
    assert ("Résilié" in ended, "Ce que vous pouvez faire" in ended) == (True, False)
    for role, path in (("OTHER", address), ("COORDONNATEUR", address.replace("/structure", "/territoire"))):
        Visitor(server.address).signs_in(role).sees(path, 404)


def _delivers(server: Server, later: timedelta) -> None:
    app, site = server.application, server.services.public_url
    now = datetime.now(UTC) + later
    deliverer = Deliverer(app.execute, app.vault, app.bus.keyed, site, Sender(local=True), lambda: now)
    with app.pool.connection() as conn:
        deliverer.deliver(conn)
        deliverer.deliver(conn)
