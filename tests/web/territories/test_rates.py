"""A page says what a convention pays today and from later days on, as the domain pays it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from domain.conventions.rates import AgreedRate, rate_on
from web.core.french import day, euros
from web.territory.conventions.rates import paid_on

TODAY = "2026-11-28"
Agreed = list[tuple[str | None, str | None]]


@pytest.mark.parametrize(
    ("agreed", "words"),
    [
        ([("200.00", None)], "200,00 €"),
        ([(None, None)], "aucun tarif"),
        ([("200.00", None), ("250.00", "2026-11-28")], "250,00 €"),
        ([("200.00", None), ("250.00", "2027-01-01")], "200,00 €, puis 250,00 € à partir du vendredi 1er janvier 2027"),
        # What was agreed last and begins first leaves nothing to the other.
        (
            [("200.00", None), ("250.00", "2027-03-01"), ("260.00", "2027-01-01")],
            "200,00 €, puis 260,00 € à partir du vendredi 1er janvier 2027",
        ),
        ([("200.00", None), ("250.00", "2027-01-01"), ("180.00", "2026-01-01")], "180,00 €"),
        (
            [("200.00", None), ("250.00", "2027-01-01"), (None, "2027-03-01")],
            "200,00 €, puis 250,00 € à partir du vendredi 1er janvier 2027,"
            " puis aucun tarif à partir du lundi 1er mars 2027",
        ),
    ],
)
def test_a_page_says_what_is_paid_today_and_from_which_day_on_it_changes(agreed: Agreed, words: str) -> None:
    sentence = paid_on([{"rate": rate, "effectiveFrom": since} for rate, since in agreed], TODAY)
    assert sentence.replace("\N{NO-BREAK SPACE}", " ") == words
    rates = [
        AgreedRate(Decimal(rate) if rate else None, date.fromisoformat(since) if since else None)
        for rate, since in agreed
    ]
    changes = [part.partition(" à partir du ") for part in sentence.split(", puis ")]
    for paid, _, first_day in changes:
        since = next((since for _, since in agreed if since and since > TODAY and day(since) == first_day), TODAY)
        rate = rate_on(rates, date.fromisoformat(since))
        assert paid == ("aucun tarif" if rate is None else euros(str(rate))), since
