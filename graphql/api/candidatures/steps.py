"""The school authority that a candidature waits for."""

from __future__ import annotations

from typing import Any

from domain.candidatures.events import Degree
from domain.candidatures.transitions import AUTHORITY, CandidatureStatus
from domain.kernel.actors import Actor, Role

#: The work of each school authority: the degree and status of the candidatures to examine.
_STEPS = {
    Role.DIRECTOR: (Degree.FIRST, CandidatureStatus.SUBMITTED),
    AUTHORITY[Degree.FIRST]: (Degree.FIRST, CandidatureStatus.OPINION_GIVEN),
    AUTHORITY[Degree.SECOND]: (Degree.SECOND, CandidatureStatus.SUBMITTED),
}


def own_step(actor: Actor) -> dict[str, Any] | None:
    """Return the parameters of `queries.OWN_STEP`; None for who takes no step of a school."""
    if actor.role not in _STEPS:
        return None
    degree, status = _STEPS[actor.role]
    return {"step_schools": sorted(actor.schools), "step_degree": degree.value, "step_status": status.value}
