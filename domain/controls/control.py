"""The sampled control of certified dossiers: its state, and the decisions that make its events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from domain.controls.draw import draw, number_drawn
from domain.controls.events import (
    ControlAnswered,
    ControlClosed,
    ControlDrawn,
    ControlOpened,
    ControlWordsErased,
    PieceJudged,
    PieceWordsErased,
)
from domain.controls.pieces import ReasonCode, pieces_of
from domain.controls.transitions import ControlStatus, check, unjudged_obstacle
from domain.kernel.actors import Actor
from domain.kernel.errors import broken, invalid
from domain.kernel.events import Event, without_words
from domain.kernel.rights import Action, Belongings, authorize
from domain.kernel.validation import required_reason
from domain.service_dossiers.service_dossier import ServiceDossier

#: The command that draws reads each dossier: a longer period takes several controls.
MOST_IN_POPULATION = 5_000
#: Every piece of every drawn dossier is judged by hand and listed in one answer.
MOST_DRAWN = 500


@dataclass(frozen=True, slots=True)
class Control:
    id: UUID
    territory: str | None
    share_percent: int
    population: tuple[UUID, ...]
    #: In the order of the draw; none before it.
    drawn: tuple[UUID, ...] = ()
    status: ControlStatus = ControlStatus.ANNOUNCED
    #: The last judgement of each piece, by dossier.
    judged: Mapping[UUID, Mapping[str, PieceJudged]] = field(default_factory=dict)

    @property
    def belongings(self) -> Belongings:
        """No structure: actions on one dossier are judged by that dossier's belongings."""
        return whole(self.territory)


def whole(territory: str | None) -> Belongings:
    """Return the belongings of a control of that territory (None: the whole country)."""
    return Belongings(territories=frozenset([territory] if territory is not None else []))


def evolve(state: Control | None, originator_id: UUID, fact: Event) -> Control:
    if isinstance(fact, ControlOpened):
        control = Control(originator_id, fact.territory, fact.share_percent, fact.population)
        return control if fact.drawn is None else replace(control, drawn=fact.drawn, status=ControlStatus.OPEN)
    assert state is not None, "a control's first event is control.opened"
    match fact:
        case ControlDrawn():
            return replace(state, drawn=fact.drawn, status=ControlStatus.OPEN)
        case PieceJudged():
            of_dossier = {**state.judged.get(fact.dossier_id, {}), fact.piece: fact}
            return replace(state, judged={**state.judged, fact.dossier_id: of_dossier})
        case ControlAnswered():
            return state
        case ControlClosed():
            return replace(state, status=ControlStatus.CLOSED)
        case ControlWordsErased():
            return state
        case PieceWordsErased():
            judged = state.judged[fact.dossier_id][fact.piece]
            of_dossier = {**state.judged[fact.dossier_id], fact.piece: without_words(judged, judged.personal_marks)}
            return replace(state, judged={**state.judged, fact.dossier_id: of_dossier})
    raise TypeError(f"not a control's event: {fact!r}")


def announce(
    name: str,
    period: tuple[date, date],
    territory: str | None,
    share_percent: int,
    population: Callable[[], tuple[int, tuple[UUID, ...]]],
    actor: Actor,
) -> list[Event]:
    """Announce a control of a share of the dossiers certified in the period, of that territory if any.

    `population` folds the log: it returns the position as of which it does, and the dossiers, sorted. The draw follows
    from the first checkpoint signed afterwards (`draw_lots`).
    """
    authorize(actor, Action.CONTROL_OPEN, whole(territory))
    if period[1] < period[0]:
        raise invalid("la fin de la période précède son début.", "period_until")
    as_of, certified = population()
    if not certified:
        raise broken("Aucun dossier n'a été certifié dans cette période : il n'y a rien à tirer au sort.")
    if len(certified) > MOST_IN_POPULATION:
        message = f"plus de {MOST_IN_POPULATION} dossiers certifiés : choisissez une période plus courte."
        raise invalid(message, "period_until")
    if (count := number_drawn(share_percent, len(certified))) > MOST_DRAWN:
        message = f"{count} dossiers seraient tirés au sort, {MOST_DRAWN} au plus : choisissez une part plus petite."
        raise invalid(message, "share_percent")
    return [
        ControlOpened(
            name=name,
            period_from=period[0],
            period_until=period[1],
            territory=territory,
            share_percent=share_percent,
            seed=None,
            population=certified,
            drawn=None,
            as_of=as_of,
        )
    ]


def draw_lots(control: Control, checkpoint_size: int, root: str, actor: Actor) -> list[Event]:
    """Draw the dossiers of an announced control from the root (base64) of the first checkpoint signed after it.

    The caller records on each of these dossiers that it was drawn, in the same transaction.
    """
    authorize(actor, Action.CONTROL_DRAW, control.belongings)
    if control.status is not ControlStatus.ANNOUNCED:
        raise broken("Le tirage est déjà fait.")
    drawn = draw(root, control.population, control.share_percent)
    return [ControlDrawn(checkpoint_size=checkpoint_size, seed=root, drawn=drawn)]


def pieces(dossier: ServiceDossier) -> tuple[str, ...]:
    return pieces_of((line.animation_id for line in dossier.lines), dossier.pieces)


def judge(
    control: Control,
    dossier: ServiceDossier,
    piece: str,
    accepted: bool,
    reason_code: ReasonCode | None,
    comment: str | None,
    actor: Actor,
) -> list[Event]:
    """Accept or refuse a piece, or change the judgement. An accepted piece is CONFORM, which may be left out."""
    check(Action.CONTROL_PIECE_JUDGE, control, dossier.belongings, actor)
    if dossier.id not in control.drawn:
        raise invalid("ce dossier n'a pas été tiré au sort pour ce contrôle.", "dossier_id")
    if piece not in pieces(dossier):
        raise invalid(
            "pièce du dossier attendue : « attestation: » ou « sheet: » et une animation, « piece: » et un nom.",
            "piece",
        )
    if reason_code is None and accepted:
        reason_code = ReasonCode.CONFORM
    if accepted and reason_code is not ReasonCode.CONFORM:
        raise invalid("une pièce conforme n'a pas de motif de refus : retirez-le, ou refusez la pièce.", "reason_code")
    if reason_code is None or (not accepted and reason_code is ReasonCode.CONFORM):
        raise invalid("indiquez pourquoi la pièce est refusée.", "reason_code")
    if reason_code is ReasonCode.OTHER and comment is None:
        raise invalid("commentaire obligatoire pour le motif « autre ».", "comment")
    # On a conforming piece it is a remark; on another it says why.
    comment = comment if accepted or comment is None else required_reason(comment, "comment")
    judged = PieceJudged(
        dossier_id=dossier.id, piece=piece, accepted=accepted, reason_code=reason_code, comment=comment
    )
    before = _judgement(control, dossier.id, piece)
    if before == judged:
        raise broken("Rien ne change : la pièce est déjà jugée ainsi.")
    if control.status is ControlStatus.CLOSED:
        _check_review(control, dossier, before, judged)
    return [judged]


def _check_review(control: Control, dossier: ServiceDossier, before: PieceJudged | None, judged: PieceJudged) -> None:
    """Refuse all but a refusal that is taken back, with a comment that says why."""
    if before is None or before.accepted or not judged.accepted:
        raise broken("Le contrôle est clos : seul un refus peut encore être revu, en acceptant la pièce.", "accepted")
    if not dossier.controls.get(control.id):
        raise broken("Ce refus ne pèse plus sur le dossier : il n'y a rien à revoir.")
    if judged.comment is None:
        raise invalid("dites pourquoi le refus est revu.", "comment")
    required_reason(judged.comment, "comment")


def answer(control: Control, dossier: ServiceDossier, piece: str, text: str, actor: Actor) -> list[Event]:
    """Record the structure's answer to a refusal; it may answer again."""
    check(Action.CONTROL_ANSWER, control, dossier.belongings, actor)
    judged = _judgement(control, dossier.id, piece)
    if judged is None or judged.accepted:
        raise broken("Cette pièce n'est pas refusée : il n'y a rien à quoi répondre.", "piece")
    return [ControlAnswered(dossier_id=dossier.id, piece=piece, answer=text)]


def close(control: Control, dossiers: Iterable[ServiceDossier], conclusion: str, actor: Actor) -> list[Event]:
    """Close the control. `dossiers` are all drawn dossiers; every piece of them must be judged."""
    check(Action.CONTROL_CLOSE, control, control.belongings, actor)
    judged = [_judgement(control, dossier.id, piece) for dossier in dossiers for piece in pieces(dossier)]
    if reason := unjudged_obstacle(judged.count(None)):
        raise broken(reason)
    accepted = sum(judgement is not None and judgement.accepted for judgement in judged)
    return [
        ControlClosed(
            conclusion=required_reason(conclusion, "conclusion"), accepted=accepted, refused=len(judged) - accepted
        )
    ]


def _judgement(control: Control, dossier_id: UUID, piece: str) -> PieceJudged | None:
    return control.judged.get(dossier_id, {}).get(piece)
