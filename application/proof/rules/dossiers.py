"""How events of service dossiers are judged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from uuid import UUID

from application.proof.rules.cases import Case, Consequence, Decision, Judgement, Judgements
from application.proof.rules.persons import at_its_time
from application.proof.rules.scene import Scene, Untold, without_end
from application.proof.rules.words import SEALED, with_new
from domain.animations.animation import Animation, Attendance
from domain.animations.attestation import check_attendance
from domain.animations.events import AnimationGathered, AnimationReleased, AttestationCorrected
from domain.conventions.convention import Convention, ServiceCertified
from domain.conventions.rates import AgreedRate
from domain.kernel.actors import Actor
from domain.kernel.events import Event
from domain.kernel.rights import Action
from domain.service_dossiers import amendment, certification, gathering, payment, submission, withdrawal
from domain.service_dossiers.certification import Reasons
from domain.service_dossiers.events import (
    AmendmentAccepted,
    AmendmentProposed,
    AmendmentRefused,
    CertificationWithdrawn,
    DossierCertified,
    DossierDiscarded,
    DossierGathered,
    DossierOpened,
    DossierPaid,
    DossierRecovered,
    DossierReturned,
    DossierSubmitted,
    PieceAttached,
    PieceWithdrawn,
)
from domain.service_dossiers.service_dossier import ServiceDossier
from domain.service_dossiers.warnings import OpenWarning


def _of(case: Case) -> ServiceDossier:
    return at_its_time(case.scene.state(ServiceDossier, case.stream, "dossier"), case)


def _convention(case: Case, dossier: ServiceDossier) -> Convention:
    return case.scene.convention(dossier.convention_id, dossier.structure_id, dossier.territory)


def _decided(case: Case, events: list[Event], consequences: Iterable[Consequence] = ()) -> Decision:
    return Decision(events, _of(case).belongings, tuple(consequences))


def _opened(case: Case, fact: DossierOpened) -> Decision:
    if case.scene.version(case.stream):
        raise Untold("the dossier is open already")
    convention = case.scene.convention(fact.convention_id, fact.structure_id, fact.territory)
    # That the period is not after an early end is a rule that these events are older than, or not: none tells.
    lasting = replace(convention, terminated_on=None)
    facts = gathering.open_dossier(lasting, fact.period_from, fact.period_until, case.actor)
    return Decision(facts, convention.belongings)


def _gathered(case: Case, fact: DossierGathered) -> Decision:
    scene, dossier = case.scene, _of(case)
    chosen = [(animation_id, scene.find(Animation, animation_id)) for animation_id in fact.animation_ids]
    facts = gathering.gather(dossier, without_end(_convention(case, dossier)), chosen, case.actor)
    left_out = [animation_id for animation_id in dossier.animation_ids if animation_id not in set(fact.animation_ids)]
    claimed = [
        Consequence(animation.id, AnimationGathered(dossier_id=dossier.id), animation.belongings)
        for _, animation in chosen
        if animation is not None and animation.dossier_id is None
    ]
    return _decided(case, facts, [*_released(scene, dossier, left_out), *claimed])


def _released(scene: Scene, dossier: ServiceDossier, animation_ids: Iterable[UUID]) -> list[Consequence]:
    held = [scene.find(Animation, animation_id) for animation_id in animation_ids]
    return [
        Consequence(animation.id, AnimationReleased(dossier_id=dossier.id), animation.belongings)
        for animation in held
        if animation is not None and animation.dossier_id == dossier.id
    ]


def _discarded(case: Case, fact: DossierDiscarded) -> Decision:
    dossier = _of(case)
    facts = gathering.discard(dossier, case.actor, fact.reason)
    return _decided(case, facts, _released(case.scene, dossier, dossier.animation_ids))


def _piece(case: Case, fact: PieceAttached) -> Decision:
    dossier = _of(case)
    return _decided(case, submission.attach_piece(dossier, _convention(case, dossier), fact, case.actor))


def _piece_withdrawn(case: Case, fact: PieceWithdrawn) -> Decision:
    return _decided(case, submission.withdraw_piece(_of(case), case.actor, fact.piece, fact.sha256, fact.reason))


def _submitted(case: Case, fact: DossierSubmitted) -> Decision:
    scene, dossier = case.scene, _of(case)
    animations = [
        (scene.state(Animation, animation_id, "animation"), scene.version(animation_id))
        for animation_id in dossier.animation_ids
    ]
    convention = _convention(case, dossier)
    if case.schema_version == 1:
        # The rate was the one agreed last, for every day, and nothing asked which days the convention covers.
        agreed = (AgreedRate(convention.rate_per_animation),)
        convention = replace(without_end(convention), rates=agreed)
    return _decided(case, submission.submit(dossier, convention, animations, case.actor))


def _returned(case: Case, fact: DossierReturned) -> Decision:
    dossier = _of(case)
    facts = certification.send_back(dossier, case.actor, fact.reason)
    return _decided(case, facts, _released(case.scene, dossier, dossier.animation_ids))


def _certified(case: Case, fact: DossierCertified) -> Decision:
    dossier = _of(case)
    convention = _convention(case, dossier)
    today = case.scene.today(dossier.territory, case.now)
    reasons = Reasons(fact.overrun_reason, fact.missing_reason, fact.warnings_reason)
    # What a dossier resembles is told by streams that are not held, and answered by whoever certified it.
    warnings = [OpenWarning(warning, warning.code) for warning in fact.warnings]
    if case.schema_version == 1:
        facts = _certified_before(dossier, convention, case.actor, today, reasons)
    else:
        facts = certification.certify(dossier, convention, case.actor, today, reasons, {}, warnings)
    counted = ServiceCertified(dossier_id=dossier.id, animations=fact.animations, amount=fact.amount)
    return _decided(case, facts, [Consequence(convention.id, counted, convention.belongings)])


def _certified_before(
    dossier: ServiceDossier, convention: Convention, actor: Actor, today: date, reasons: Reasons
) -> list[Event]:
    """Decide as it was when terms could move after the submission, and nothing was asked of sheets and warnings."""
    submitted = replace(
        dossier, planned_animations=convention.planned_animations, required_pieces=convention.required_pieces
    )
    as_submitted = replace(without_end(convention), rates=(AgreedRate(dossier.agreed_rate),))
    reasons = replace(reasons, missing=SEALED)
    facts = certification.certify(submitted, as_submitted, actor, today, reasons, {})
    unasked = {"certified_on": None, "missing_sheets": (), "missing_pieces": (), "missing_reason": None}
    return [certified.model_copy(update=unasked) for certified in facts]


def _paid(case: Case, fact: DossierPaid) -> Decision:
    scene, dossier = case.scene, _of(case)
    today = scene.today(dossier.territory, case.now)
    # A payment had to be after the beginning of the period, later after the certification.
    since = dossier.period_from if case.schema_version == 1 else dossier.certified_on or date.min
    others = [_paid_before(scene, other, dossier, fact) for other in fact.also_paid]
    paid = payment.Payment(fact.paid_on, fact.reference, fact.reason)
    facts = payment.record_payment(dossier, case.actor, paid, today, since, others)
    return _decided(case, facts)


def _paid_before(scene: Scene, other: UUID, dossier: ServiceDossier, fact: DossierPaid) -> ServiceDossier:
    if scene.holds(other):
        return scene.state(ServiceDossier, other, "dossier of the same reference")
    return replace(dossier, id=other, payment_reference=fact.reference)


def _proposed(case: Case, fact: AmendmentProposed) -> Decision:
    scene, dossier = case.scene, _of(case)
    recorded = with_new(fact, frozenset(["answers"]))
    came = Attendance(recorded.parents, recorded.children, recorded.answers)
    animation = scene.find(Animation, fact.animation_id)
    current = animation.attendance if animation and animation.dossier_id == dossier.id else None
    form = scene.form(fact.form_version, len(came.answers))
    facts = amendment.propose(dossier, case.actor, fact.animation_id, current, came, form.version, recorded.reason)
    if animation is not None:
        check_attendance(animation, came, form, scene.typology())
    return Decision(facts, dossier.belongings, recorded=recorded)


def _accepted(case: Case, fact: AmendmentAccepted) -> Decision:
    dossier = _of(case)
    facts = amendment.accept(dossier, case.actor, fact.number)
    if case.schema_version == 1:
        # The event did not say what becomes of the sum, which stayed as it was.
        unsaid = dict.fromkeys(("amount_before", "amount_after", "to_recover"))
        facts = [accepted.model_copy(update=unsaid) for accepted in facts]
    convention = _convention(case, dossier)
    counted = [Consequence(convention.id, event, convention.belongings) for event in amendment.recount(dossier, fact)]
    proposed = amendment.pending(dossier, fact.number)
    corrected = AttestationCorrected(**proposed.model_dump(exclude={"number", "animation_id"}))
    correction = Consequence(proposed.animation_id, corrected, dossier.belongings)
    return _decided(case, facts, [*counted, correction])


def _declined(case: Case, fact: AmendmentRefused) -> Decision:
    return _decided(case, amendment.decline(_of(case), case.actor, fact.number, fact.reason))


def _withdrawn(case: Case, fact: CertificationWithdrawn) -> Decision:
    dossier = _of(case)
    facts = withdrawal.withdraw(dossier, case.actor, fact.reason)
    convention = _convention(case, dossier)
    counted = [Consequence(convention.id, event, convention.belongings) for event in withdrawal.recount(dossier, fact)]
    return _decided(case, facts, [*counted, *_freed(case, dossier, fact)])


def _recovered(case: Case, fact: DossierRecovered) -> Decision:
    dossier = _of(case)
    today = case.scene.today(dossier.territory, case.now)
    facts = withdrawal.recover(dossier, case.actor, fact.amount, fact.recovered_on, fact.reference, today)
    return _decided(case, facts, _freed(case, dossier, fact))


def _freed(case: Case, dossier: ServiceDossier, fact: CertificationWithdrawn | DossierRecovered) -> list[Consequence]:
    if not withdrawal.frees_animations(dossier, fact):
        return []
    return _released(case.scene, dossier, dossier.animation_ids)


DOSSIERS: Judgements = {
    DossierOpened: Judgement(_opened, (Action.SERVICE_DOSSIER_OPEN,)),
    DossierGathered: Judgement(_gathered, (Action.SERVICE_DOSSIER_OPEN, Action.SERVICE_DOSSIER_GATHER)),
    DossierDiscarded: Judgement(_discarded, (Action.SERVICE_DOSSIER_DISCARD,)),
    PieceAttached: Judgement(_piece, (Action.SERVICE_PIECE_ATTACH,)),
    PieceWithdrawn: Judgement(_piece_withdrawn, (Action.SERVICE_PIECE_WITHDRAW,)),
    DossierSubmitted: Judgement(_submitted, (Action.SERVICE_DOSSIER_SUBMIT,)),
    DossierReturned: Judgement(_returned, (Action.SERVICE_DOSSIER_RETURN,)),
    DossierCertified: Judgement(_certified, (Action.SERVICE_DOSSIER_CERTIFY,)),
    DossierPaid: Judgement(_paid, (Action.SERVICE_PAYMENT_RECORD,)),
    CertificationWithdrawn: Judgement(_withdrawn, (Action.CERTIFICATION_WITHDRAW,)),
    DossierRecovered: Judgement(_recovered, (Action.SERVICE_RECOVERY_RECORD,)),
    AmendmentProposed: Judgement(_proposed, (Action.SERVICE_AMENDMENT_PROPOSE,)),
    AmendmentAccepted: Judgement(_accepted, (Action.SERVICE_AMENDMENT_ACCEPT,)),
    AmendmentRefused: Judgement(_declined, (Action.SERVICE_AMENDMENT_REFUSE,)),
}
