"""Inputs of the mutations on schools' requests, and their filter."""

from __future__ import annotations

from datetime import date

import strawberry

from api.core.commanding.inputs import Repeatable, Versioned, reference, value_of
from api.core.lists.checks import checked_text, checked_texts, checked_uais
from api.places.filters import communes_within
from application.tables.named_places import communes_meant
from domain.animation_requests.transitions import RequestStatus
from domain.kernel.places import places


@strawberry.input(description="A school asks for an animation. What is written is kept encrypted.")
class AnimationRequestInput(Repeatable):
    school_uai: str | None = value_of("UAI of the asker's school. Mandatory for who has several.")
    theme: str | None = value_of("Code of a theme. Mandatory.")
    audience: str | None = value_of("Code of an audience; `parents` when left out.")
    wished_from: date | None = value_of("First day that suits the school. Mandatory.")
    wished_until: date | None = value_of("Last day that suits the school, within 18 months. Mandatory.")
    text: str | None = value_of("What is wished for, 5,000 characters at most. Mandatory.")


@strawberry.input
class AnimationRequestChangeInput(Versioned):
    """An input on an existing request; used by other inputs only."""

    request_id: strawberry.ID = reference("The request.")


@strawberry.input(description="A request that a structure takes up.")
class AnimationRequestTakeUpInput(AnimationRequestChangeInput):
    structure_id: strawberry.ID = reference("The asker's structure.")


@strawberry.input(description="A request that its structure cannot answer after all.")
class AnimationRequestGiveBackInput(AnimationRequestChangeInput):
    reason: str | None = value_of("Why, 2,000 characters at most. Mandatory.")


@strawberry.input(description="The animation that answers a request.")
class AnimationRequestAnswerInput(AnimationRequestChangeInput):
    animation_id: strawberry.ID = reference("An animation of the same structure, that names the school.")


@strawberry.input(description="A request that nobody can answer.")
class AnimationRequestDeclineInput(AnimationRequestChangeInput):
    reason: str | None = value_of("Why, 2,000 characters at most. Mandatory.")


@strawberry.input(description="A request that the school takes back.")
class AnimationRequestWithdrawInput(AnimationRequestChangeInput):
    reason: str | None = value_of("Why, 2,000 characters at most.")


@strawberry.input(description="Narrows the requests. All that is given must hold.")
class AnimationRequestWhere:
    status: list[RequestStatus] | None = strawberry.field(default=None, description="Any of these statuses.")
    territory: list[str] | None = strawberry.field(default=None, description="Any of these department codes.")
    theme: list[str] | None = strawberry.field(default=None, description="On any of these themes.")
    school: list[str] | None = strawberry.field(default=None, description="Of any of these schools (UAI).")
    commune: list[str] | None = strawberry.field(
        default=None,
        description="Of schools in any of these communes (INSEE codes, also former ones). A city has its"
        " arrondissements with it.",
    )
    place: str | None = strawberry.field(
        default=None,
        description="Of schools in the commune that this means: its name, a postal code, both, or an INSEE code."
        " Nothing is found where it means none.",
    )
    waiting: bool | None = strawberry.field(
        default=None,
        description="That wait for the asker, as `Waiting.animationRequests` counts them; for the national team, those"
        " that are open (or all others).",
    )

    def texts(self) -> dict[str, list[str]]:
        """Return the filters by column, empty ones left out."""
        chosen = {
            "status": [status.value for status in self.status or ()],
            "territory": checked_texts(self.territory, "territory"),
            "theme": checked_texts(self.theme, "theme"),
            "school": checked_uais(self.school, "school"),
        }
        return {name: list(values) for name, values in chosen.items() if values}

    def communes(self) -> list[str] | None:
        """Return the communes that the schools are in, by every code that each may have; None without such a filter."""
        chosen = communes_within(checked_texts(self.commune, "commune"), None)
        if (place := checked_text(self.place, "place")) is None:
            return chosen
        meant = communes_meant(place)
        # Some schools of a city with arrondissements name the city alone.
        codes = {code for each in meant for code in places().spellings(each.code)}
        codes |= {each.parent for each in meant if each.parent}
        return sorted(codes if chosen is None else codes.intersection(chosen))
