"""Who has no e-mail sees the animation by the code of a printed ticket, keeps the seat or gives it up."""

from __future__ import annotations

from api.limits.guesses import FROM_ONE_PLACE
from tests.support.people import STRUCTURE, People
from tests.support.visitor import Visitor


def test_the_code_of_a_ticket_gives_the_seat_up(visitor: Visitor, people: People) -> None:
    animation = people.declare()
    people.publish(animation)
    form = {"animationId": animation, "firstName": "Ana", "lastName": "Sans e-mail"}
    code = people.does("41-register-somebody-else", STRUCTURE, **form)["code"]
    page = visitor.sees("/inscription")
    wrong = visitor.sends(page, values={"code": "", "action": "cancel"}, status=422)
    assert '<a href="#code">' in wrong
    page = visitor.sends(wrong, values={"code": f" {code.lower().replace('-', ' ')}"})
    assert code not in str(visitor.http.headers)
    for shown in ("Café des parents", "15\N{NO-BREAK SPACE}mars", "1 rue", "11", "calendar.ics", "Ana"):
        assert shown in page
    assert "Sans e-mail" not in page
    other_tab = visitor.sends(visitor.sees("/inscription"), values={"code": code})
    assert "vous ne venez plus" in visitor.sends(page, "cancel")
    assert "vous ne venez plus" in visitor.sends(other_tab, "cancel")
    assert "Vous n&#39;êtes plus inscrit(e)" in visitor.sends(visitor.sees("/inscription"), values={"code": code})


def test_wrong_codes_of_tickets_are_limited_to_see_as_to_give_up(visitor: Visitor) -> None:
    page = visitor.sees("/inscription")
    for number in range(FROM_ONE_PLACE):
        refused = visitor.sends(page, values={"code": f"2222-{number + 2000}"}, status=422)
        assert "Ce code n&#39;est pas celui d&#39;une inscription" in refused
    assert "Trop de codes erronés" in visitor.sends(page, values={"code": "2222-3333"}, status=429)
