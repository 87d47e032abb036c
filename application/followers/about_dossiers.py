"""Notices to structures and coordonnateurs about service dossiers, their controls, and conventions."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from application.notifications.reaction import NATIONAL, Around, Letter, Message, Notice, Reaction, structure, territory
from application.papers.french import euros, short_date
from application.wording import things
from application.wording.pages import drawn_dossier_page
from application.wording.things import Thing
from domain.catalogue import CONTROL, CONVENTION, SERVICE_DOSSIER
from domain.controls.control import Control
from domain.controls.events import ControlOpened, PieceJudged
from domain.controls.pieces import REASON_LABELS
from domain.conventions.convention import Convention, ConventionSigned, ConventionTerminated
from domain.kernel.euros import Euros
from domain.service_dossiers.events import (
    AmendmentAccepted,
    CertificationWithdrawn,
    DossierControlled,
    DossierRecovered,
)
from domain.service_dossiers.service_dossier import ServiceDossier
from eventstore.records import Recorded

Recipients = Callable[[ServiceDossier], tuple[str, ...]]


def by_structure(dossier: ServiceDossier) -> tuple[str, ...]:
    return (structure(dossier.structure_id),)


def by_coordonnateur(dossier: ServiceDossier) -> tuple[str, ...]:
    return (territory(dossier.territory),)


def by_both(dossier: ServiceDossier) -> tuple[str, ...]:
    return (*by_structure(dossier), *by_coordonnateur(dossier))


def to_those_of(recipients: Recipients, kind: str, sentence: str) -> Reaction:
    """Notify of a dossier, which `sentence` names; the event's reason, if any, follows."""

    def react(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
        dossier = _dossier(record, around)
        for recipient in recipients(dossier):
            yield Notice(recipient, kind, sentence, _named(dossier, record.originator_version), with_reason=True)

    return react


def _dossier(record: Recorded, around: Around) -> ServiceDossier:
    return around.state(SERVICE_DOSSIER, record.originator_id, record.originator_version)


def _named(dossier: ServiceDossier, version: int | None = None) -> dict[str, Thing]:
    return {"dossier": Thing("dossier", dossier.id, version), "structure": things.structure(dossier.structure_id)}


def on_amendment_accepted(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    dossier, fact = _dossier(record, around), record.event
    assert isinstance(fact, AmendmentAccepted)
    sums = ""
    if fact.amount_before is not None and fact.amount_after is not None and fact.amount_before != fact.amount_after:
        sums = f" Montant : avant {euros(fact.amount_before)}, maintenant {euros(fact.amount_after)}."
    message = f"L'avenant n° {fact.number} au {{dossier}} est accepté.{sums}{_due(fact.to_recover)}"
    named = _named(dossier, record.originator_version)
    yield Notice(structure(dossier.structure_id), "dossier.amendment_accepted", message, named)


def on_withdrawn(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    dossier, fact = _dossier(record, around), record.event
    assert isinstance(fact, CertificationWithdrawn)
    message = f"La certification du {{dossier}} de {{structure}} est retirée.{_due(fact.to_recover)}"
    for recipient in by_both(dossier):
        # Before it, the dossier had its amount.
        named = _named(dossier, record.originator_version - 1)
        yield Notice(recipient, "dossier.withdrawn", message, named, with_reason=True)


def on_recovered(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    dossier, fact = _dossier(record, around), record.event
    assert isinstance(fact, DossierRecovered)
    rest = f" Reste dû : {euros(fact.to_recover)}." if fact.to_recover else " Plus rien n'est dû."
    day = short_date(fact.recovered_on)
    message = f"{euros(fact.amount)} du {{dossier}} de {{structure}} sont recouvrés le {day}.{rest}"
    for recipient in by_both(dossier):
        yield Notice(recipient, "dossier.recovered", message, _named(dossier, record.originator_version))


def on_controlled(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    """Tell the outcome of a control; where something was refused, the coordonnateurs may have to withdraw."""
    dossier, fact = _dossier(record, around), record.event
    assert isinstance(fact, DossierControlled)
    named = _named(dossier, record.originator_version) | {"control": Thing("control", fact.control_id)}
    message = "Le {control} est achevé pour le {dossier} de {structure}, sans refus."
    if fact.refused:
        many = "une pièce refusée" if len(fact.refused) == 1 else f"{len(fact.refused)} pièces refusées"
        message = f"Le {{control}} est achevé pour le {{dossier}} de {{structure}} : {many}.{_due(fact.to_recover)}"
    for recipient in by_both(dossier):
        yield Notice(recipient, "dossier.controlled", message, named)


def _due(to_recover: Euros | None) -> str:
    return f" À reverser : {euros(to_recover)}." if to_recover else ""


def on_control_opened(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    """Announce a control to everybody whose dossiers it may draw."""
    fact = record.event
    assert isinstance(fact, ControlOpened)
    named = {"control": Thing("control", record.originator_id)}
    dossiers: list[ServiceDossier] = [around.state(SERVICE_DOSSIER, dossier_id) for dossier_id in fact.population]
    share = f"Le {{control}} est annoncé : {fact.share_percent} % des dossiers seront tirés au sort"
    for structure_id in dict.fromkeys(dossier.structure_id for dossier in dossiers):
        message = f"{share}, peut-être parmi les vôtres."
        yield Notice(structure(structure_id), "control.opened", message, named)
    codes = dict.fromkeys(dossier.territory for dossier in dossiers)
    for code in codes if fact.territory is None else {fact.territory: None}:
        yield Notice(territory(code), "control.opened", f"{share}.", named)


def on_piece_judged(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    """Tell of refused pieces, a whole session of them once: the structure may answer before the control is closed."""
    fact = record.event
    assert isinstance(fact, PieceJudged)
    control: Control = around.state(CONTROL, record.originator_id, record.originator_version)
    judged = control.judged[fact.dossier_id].values()
    refused = [piece for piece in judged if not piece.accepted]
    earlier: Control = around.state(CONTROL, record.originator_id, record.originator_version - 1)
    before = earlier.judged.get(fact.dossier_id, {}).get(fact.piece)
    if fact.accepted and (before is None or before.accepted):
        return
    dossier: ServiceDossier = around.state(SERVICE_DOSSIER, fact.dossier_id)
    message, answer = "Le {control} ne refuse plus rien du {dossier} de {structure}.", ""
    if refused:
        reasons = ", ".join(dict.fromkeys(REASON_LABELS[piece.reason_code].lower() for piece in refused))
        many = "une pièce" if len(refused) == 1 else f"{len(refused)} pièces"
        message = f"Le {{control}} refuse {many} du {{dossier}} de {{structure}} ({reasons})."
        answer = " Vous pouvez y répondre avant la clôture."
    version = sum(earlier.position < record.position for earlier in around.events(dossier.id))
    named = _named(dossier, version) | {"control": Thing("control", record.originator_id)}
    key = f"judged:{record.originator_id}:{fact.dossier_id}"
    for recipient, more in ((structure(dossier.structure_id), answer), (territory(dossier.territory), "")):
        page, text = drawn_dossier_page(record.originator_id, fact.dossier_id), message + more
        yield Notice(recipient, "control.piece_refused", text, named, thing=fact.dossier_id, page=page, key=key)


def to_partner(kind: str, sentence: str) -> Reaction:
    """Notify the structure of its convention; the event's reason, if there is one, follows."""

    def react(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
        convention: Convention = around.state(CONVENTION, record.originator_id, record.originator_version)
        named = _of_convention(convention, record)
        yield Notice(structure(convention.structure_id), kind, sentence, named, with_reason=True)

    return react


def on_signed(record: Recorded, around: Around) -> Iterator[Message]:
    """Notify a structure that has its account of a further convention. The first one opens it: nobody reads yet."""
    fact = record.event
    assert isinstance(fact, ConventionSigned)
    if around.events(fact.structure_id)[0].position < record.position:
        sentence = "La {convention} de {structure}, {territory}, est signée."
        yield from to_partner("convention.signed", sentence)(record, around)


def on_terminated(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    fact = record.event
    assert isinstance(fact, ConventionTerminated)
    convention: Convention = around.state(CONVENTION, record.originator_id, record.originator_version)
    named, day = _of_convention(convention, record), short_date(fact.terminated_on)
    message = f"La {{convention}} avec {{structure}}, {{territory}}, est résiliée : son dernier jour est le {day}."
    for recipient in (structure(convention.structure_id), territory(convention.territory), NATIONAL):
        yield Notice(recipient, "convention.terminated", message, named, with_reason=True)


def _of_convention(convention: Convention, record: Recorded) -> dict[str, Thing]:
    return {
        "convention": Thing("convention", convention.id, record.originator_version),
        "structure": things.structure(convention.structure_id),
        "territory": things.territory(convention.territory),
    }
