"""What the pages say of an animation that does not take place, to anybody and to whoever had registered for it."""

from __future__ import annotations

import re

from tests.support.people import STRUCTURE, People
from tests.support.visitor import Visitor, links
from tests.web.registrations.test_registering import LEA


def test_a_cancelled_animation_says_so_and_takes_nobody(visitor: Visitor, people: People) -> None:
    animation = people.declare(title="Annulée demain")
    people.publish(animation)
    people.does("38-cancel-an-animation", STRUCTURE, animationId=animation, reason="L'école est fermée.")
    page = visitor.sees(f"/animations/{animation}")
    assert "L&#39;école est fermée." in page
    assert "jeton" not in page


def test_a_cancelled_animation_promises_no_seat_to_who_had_one_or_waits(visitor: Visitor, people: People) -> None:
    animation = people.declare(title="Un atelier annulé", seats=1)
    people.publish(animation)
    pages = [
        visitor.sends(visitor.sees(f"/animations/{animation}"), values=LEA | {"email": email})
        for email in ("place@exemple.fr", "attente@exemple.fr")
    ]
    people.does("38-cancel-an-animation", STRUCTURE, animationId=animation, reason="La salle est inondée.")
    for page in pages:
        (link,) = set(re.findall(r"/inscriptions/[\w-]+", page))
        seen = visitor.sees(link)
        assert "<h1>L&#39;animation est annulée</h1>" in seen
        assert "La salle est inondée." in seen
        assert not re.search("est réservée|première position|si une place se libère", seen)
        (ticket,) = (link for link in links(page) if "ticket.pdf" in link)
        assert visitor.http.get(ticket).status_code == 409
    assert "<dt>Places</dt>" not in visitor.sees(f"/animations/{animation}")
    # Nothing is to be typed that can only be refused.
    visitor.signs_in("STRUCTURE")
    for form in ("modifier", "inscrire"):
        page = visitor.sees(f"/structure/animations/{animation}/{form}")
        assert "L&#39;animation est annulée" in page
        assert "<textarea" not in page
        assert 'name="lastName"' not in page
    assert "sans e-mail" not in visitor.sees(f"/structure/animations/{animation}/presences")
