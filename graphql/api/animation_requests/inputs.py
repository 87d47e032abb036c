"""Inputs of the mutations on schools' requests, and their filter."""

from __future__ import annotations

from datetime import date

import strawberry

from api.core.commanding.inputs import Repeatable, Versioned, reference, value_of
from api.core.lists.checks import checked_texts
from domain.animation_requests.transitions import RequestStatus


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

    def texts(self) -> dict[str, list[str]]:
        """Return the filters by column, empty ones left out."""
        chosen = {
            "status": [status.value for status in self.status or ()],
            "territory": checked_texts(self.territory, "territory"),
            "theme": checked_texts(self.theme, "theme"),
        }
        return {name: list(values) for name, values in chosen.items() if values}
