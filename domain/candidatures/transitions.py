"""What may be done next with a candidature: one table, which commands enforce and `allowedActions` shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Protocol

from domain.candidatures.events import Degree
from domain.kernel.actors import Actor, Role
from domain.kernel.allowed import AllowedAction, with_reasons
from domain.kernel.errors import broken, forbidden
from domain.kernel.rights import Action, Belongings, authorize, may


class CandidatureStatus(StrEnum):
    SUBMITTED = "SUBMITTED"
    OPINION_GIVEN = "OPINION_GIVEN"
    VALIDATED = "VALIDATED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


class Standing(Protocol):
    """The facts about a candidature that the table needs. Both the aggregate and the read model's row provide them."""

    @property
    def degree(self) -> Degree: ...
    @property
    def status(self) -> CandidatureStatus: ...
    @property
    def erased(self) -> bool: ...
    @property
    def pix_certified(self) -> bool: ...
    @property
    def certificate_requested(self) -> bool: ...
    @property
    def certificate_number(self) -> str | None: ...


#: Actions of the coordonnateur and the volunteer once the candidature is validated.
ACCOMPANYING = (
    Action.CANDIDATURE_RECORD_CONTACT,
    Action.CANDIDATURE_RECORD_TRAINING,
    Action.CANDIDATURE_RECORD_ACCOMPANIMENT,
    Action.CANDIDATURE_CORRECT_ACCOMPANIMENT,
    Action.CANDIDATURE_RECORD_PIX,
    Action.CANDIDATURE_REQUEST_CERTIFICATE,
    Action.CANDIDATURE_ISSUE_CERTIFICATE,
)

_S, _O, _V = CandidatureStatus.SUBMITTED, CandidatureStatus.OPINION_GIVEN, CandidatureStatus.VALIDATED

#: The statuses in which each action is open, by degree. An absent entry: never for that degree.
TRANSITIONS: Mapping[tuple[Degree, Action], frozenset[CandidatureStatus]] = {
    (Degree.FIRST, Action.CANDIDATURE_GIVE_OPINION): frozenset({_S}),
    (Degree.FIRST, Action.CANDIDATURE_VALIDATE): frozenset({_O}),
    (Degree.SECOND, Action.CANDIDATURE_VALIDATE): frozenset({_S}),
    (Degree.FIRST, Action.CANDIDATURE_REJECT): frozenset({_S, _O}),
    (Degree.SECOND, Action.CANDIDATURE_REJECT): frozenset({_S}),
    (Degree.FIRST, Action.CANDIDATURE_WITHDRAW): frozenset({_S, _O, _V}),
    (Degree.SECOND, Action.CANDIDATURE_WITHDRAW): frozenset({_S, _V}),
    **{(degree, action): frozenset({_V}) for degree in Degree for action in ACCOMPANYING},
}

#: The role that decides on a candidature of each degree, where a school's authority does.
AUTHORITY: Mapping[Degree, Role] = {Degree.FIRST: Role.INSPECTOR, Degree.SECOND: Role.HEAD}

_OBSTACLE: Mapping[CandidatureStatus, str] = {
    _S: "La candidature attend d'abord l'avis du directeur d'école.",
    _O: "L'avis est déjà donné.",
    _V: "La candidature est déjà validée.",
    CandidatureStatus.REJECTED: "La candidature est rejetée.",
    CandidatureStatus.WITHDRAWN: "La candidature est retirée.",
}


def _another_authority_decides(action: Action, degree: Degree, actor: Actor) -> bool:
    decides = action in (Action.CANDIDATURE_VALIDATE, Action.CANDIDATURE_REJECT)
    return decides and actor.role in AUTHORITY.values() and actor.role is not AUTHORITY[degree]


def obstacle(action: Action, state: Standing) -> str | None:
    """Return why the candidature's state does not admit the action (French), or Nstate."""
    if state.erased and action in ACCOMPANYING:
        return "Les données personnelles de cette candidature sont effacées."
    open_in = TRANSITIONS.get((state.degree, action))
    if open_in is None:
        return "Au second degré, le chef d'établissement valide seul : il n'y a pas d'avis à donner."
    if state.status not in open_in:
        waits = action in ACCOMPANYING and state.status in (_S, _O)
        return "La candidature n'est pas encore validée." if waits else _OBSTACLE[state.status]
    return _CONDITIONS[action](state) if action in _CONDITIONS else None


_CONDITIONS: Mapping[Action, Callable[[Standing], str | None]] = {
    Action.CANDIDATURE_RECORD_PIX: lambda state: (
        "La certification Pix est déjà enregistrée." if state.pix_certified else None
    ),
    Action.CANDIDATURE_REQUEST_CERTIFICATE: lambda state: (
        "L'attestation est déjà demandée." if state.certificate_requested else None
    ),
    Action.CANDIDATURE_ISSUE_CERTIFICATE: lambda state: (
        "L'attestation est déjà délivrée."
        if state.certificate_number
        else None
        if state.certificate_requested
        else "Le bénévole n'a pas demandé d'attestation."
    ),
}


def allowed_actions(state: Standing, belongings: Belongings, actor: Actor) -> list[AllowedAction]:
    """Return the actions within the actor's rights, each with the reason that stands against it now, if any."""
    reached = [
        action
        for degree, action in TRANSITIONS
        if degree is state.degree
        and may(actor, action, belongings)
        and not _another_authority_decides(action, degree, actor)
    ]
    return with_reasons(reached, lambda action: obstacle(action, state))


def check(action: Action, state: Standing, belongings: Belongings, actor: Actor) -> None:
    """Raise FORBIDDEN or RULE_BROKEN unless the actor may take the action on this candidature now."""
    authorize(actor, action, belongings)
    if _another_authority_decides(action, state.degree, actor):
        raise forbidden("L'IEN décide au premier degré, le chef d'établissement au second.")
    if reason := obstacle(action, state):
        raise broken(reason)
