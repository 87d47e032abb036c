"""How events of animations are judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import Any

from application.proof.rules.cases import Alone, Case, Decision, Judgement, Judgements
from application.proof.rules.scene import Untold, without_end
from application.proof.rules.words import with_new, with_unlike_texts
from domain.animations import animation as decisions
from domain.animations import attendance_sheet, attestation, blanking, coverage, series
from domain.animations.animation import CONTENT_FIELDS, Animation, Attendance
from domain.animations.attendance_sheet import Sheet
from domain.animations.copying import clone
from domain.animations.events import (
    AnimationAttested,
    AnimationCancelled,
    AnimationContent,
    AnimationCreated,
    AnimationDetails,
    AnimationEnded,
    AnimationGathered,
    AnimationJoinedSeries,
    AnimationModified,
    AnimationPublished,
    AnimationRefused,
    AnimationReleased,
    AnimationRepeated,
    AnimationResumed,
    AnimationSuspended,
    AnimationTextBlanked,
    AnimationVolunteersNamed,
    AttendanceSheetAttached,
    AttendanceSheetWithdrawn,
    AttestationCorrected,
)
from domain.animations.local_times import TIMES
from domain.animations.volunteers import name_volunteers
from domain.kernel.errors import broken
from domain.kernel.events import Event
from domain.kernel.rights import Action, Belongings
from domain.service_dossiers.gathering import gathering_obstacle


def _of(case: Case) -> Animation:
    return case.scene.state(Animation, case.stream, "animation")


def _decided(case: Case, events: list[Event], recorded: Event | None = None) -> Decision:
    return Decision(events, _of(case).belongings, recorded=recorded)


def _created(case: Case, fact: AnimationCreated) -> Decision:
    scene = case.scene
    scene.zones.setdefault(fact.territory, fact.time_zone)
    around = scene.surroundings(fact.structure_id, fact.territory, fact.convention_id)
    belongings = Belongings(fact.structure_id, frozenset([fact.territory]))
    if fact.cloned_from is not None and scene.holds(fact.cloned_from):
        source = scene.state(Animation, fact.cloned_from, "animation to clone")
        starts_at, ends_at = fact.starts_at.astimezone(UTC), fact.ends_at.astimezone(UTC)
        facts = clone(source, case.actor, starts_at, ends_at, around, case.now)
        return Decision(facts, belongings)
    content = AnimationContent.model_construct(**_content(fact))
    facts = decisions.declare(content, fact.structure_id, case.actor, lambda: around, case.now)
    if fact.cloned_from is not None:
        facts = [created.model_copy(update={"cloned_from": fact.cloned_from}) for created in facts]
    return Decision(facts, belongings)


def _content(fact: AnimationDetails) -> dict[str, Any]:
    """Return what was declared, with its times in UTC: offsets of before are no matter of today's rule."""
    values = {name: getattr(fact, name) for name in CONTENT_FIELDS}
    return values | {name: values[name].astimezone(UTC) for name in TIMES}


def _joined_series(case: Case, fact: AnimationJoinedSeries) -> Decision:
    return _decided(case, series.join(_of(case), fact.series_id, case.actor))


def _repeated(case: Case, fact: AnimationRepeated) -> Decision:
    """Judge by the copies that are held; others are believed to be of the series."""
    state, scene = _of(case), case.scene
    copies = [
        scene.state(Animation, copy_id, "copy")
        if scene.holds(copy_id)
        else replace(state, id=copy_id, series_id=fact.series_id)
        for copy_id in fact.animation_ids
    ]
    return _decided(case, series.repeated(state, copies, case.actor, case.now))


def _modified(case: Case, fact: AnimationModified) -> Decision:
    state = _of(case)
    recorded = with_new(fact, frozenset(fact.changed))
    around = case.scene.surroundings(state.structure_id, state.territory, fact.convention_id)
    # There was a time when an animation could be moved into the past.
    facts = decisions.modify_to_any_day(state, case.actor, _content(recorded), around, case.now)
    return _decided(case, facts, recorded)


def _published(case: Case, fact: AnimationPublished) -> Decision:
    # There was a time when a suspended one could be published: its registrations stayed closed.
    state = replace(_of(case), suspended=False)
    return _decided(case, decisions.publish(state, case.actor, case.now))


def _refused(case: Case, fact: AnimationRefused) -> Decision:
    return _decided(case, decisions.refuse_publication(_of(case), case.actor, fact.reason, case.now))


def _cancelled(case: Case, fact: AnimationCancelled) -> Decision:
    return _decided(case, decisions.cancel(_of(case), case.actor, fact.reason, case.now))


def _text_blanked(case: Case, fact: AnimationTextBlanked) -> Decision:
    state = with_unlike_texts(_of(case))
    return _decided(case, blanking.blank_text(state, case.actor, fact.version, fact.reason, case.now))


def _volunteers_named(case: Case, fact: AnimationVolunteersNamed) -> Decision:
    """Believe the candidatures, whose events are free: no money rests on them."""
    believed = replace(_of(case), volunteers=fact.volunteers)
    return _decided(case, name_volunteers(believed, fact.volunteers, {}, case.actor, case.now) or [fact])


def _ended(case: Case, fact: AnimationEnded) -> Decision:
    return _decided(case, decisions.end(_of(case), case.actor, case.now))


def _suspended(case: Case, fact: AnimationSuspended) -> Decision:
    """Judge by the conventions that are held; others are believed not to cover it."""
    state, scene = _of(case), case.scene
    around = scene.surroundings(state.structure_id, state.territory, fact.convention_id)
    conventions = [convention for convention in around.conventions if scene.holds(convention.id)]
    return _decided(case, coverage.suspend(state, conventions, case.actor, case.now))


def _resumed(case: Case, fact: AnimationResumed) -> Decision:
    state = _of(case)
    around = case.scene.surroundings(state.structure_id, state.territory, fact.convention_id)
    return _decided(case, coverage.resume(state, around.conventions, case.actor, case.now))


def _attested(case: Case, fact: AnimationAttested) -> Decision:
    came = Attendance(fact.parents, fact.children, fact.answers)
    form = case.scene.form(fact.form_version, len(fact.answers))
    return _decided(case, attestation.attest(_of(case), case.actor, came, form, case.scene.typology(), case.now))


def _corrected(case: Case, fact: AttestationCorrected) -> Decision:
    state, scene = _of(case), case.scene
    came = Attendance(fact.parents, fact.children, fact.answers)
    facts = attestation.correct_attestation(
        *(state, scene.dossier_status(state), case.actor, came, fact.reason),
        *(scene.form(fact.form_version, len(fact.answers)), scene.typology(), case.now),
    )
    return _decided(case, facts)


def _sheet(case: Case, fact: AttendanceSheetAttached) -> Decision:
    state = _of(case)
    sheet = Sheet(fact.file_name, fact.media_type, fact.size, fact.sha256, fact.likenesses)
    status = case.scene.dossier_status(state)
    (replaced,) = fact.replaces or (None,)
    facts = attendance_sheet.attach_sheet(state, status, case.actor, sheet, case.now, replaced, fact.reason)
    if case.schema_version == 1:
        # The sheet took the place of the one before.
        facts = [attached.model_copy(update={"replaces": None}) for attached in facts]
    return _decided(case, facts)


def _withdrawn(case: Case, fact: AttendanceSheetWithdrawn) -> Decision:
    state = _of(case)
    status = case.scene.dossier_status(state)
    facts = attendance_sheet.withdraw_sheet(state, status, case.actor, fact.sha256, fact.reason, case.now)
    return _decided(case, facts)


def _gathered_alone(case: Case, fact: AnimationGathered) -> None:
    """Judge a gathering by a dossier that is not held."""
    animation = _of(case)
    if animation.dossier_id is not None:
        raise Untold(f"dossier {animation.dossier_id} holds the animation already")
    dossier = case.scene.dossier(fact.dossier_id, animation)
    convention = case.scene.convention(animation.convention_id, animation.structure_id, animation.territory)
    if reason := gathering_obstacle(dossier, without_end(convention), animation):
        raise broken(reason)


def _released_alone(case: Case, fact: AnimationReleased) -> None:
    if _of(case).dossier_id != fact.dossier_id:
        raise Untold(f"dossier {fact.dossier_id} does not hold the animation")


_DECLARING = (
    *(Action.ANIMATION_CREATE, Action.ANIMATION_CLONE),
    *(Action.ANIMATION_REPEAT, Action.ANIMATIONS_IMPORT),
)
ANIMATIONS: Judgements = {
    AnimationCreated: Judgement(_created, _DECLARING),
    AnimationJoinedSeries: Judgement(_joined_series, (Action.ANIMATION_REPEAT,)),
    AnimationRepeated: Judgement(_repeated, (Action.ANIMATION_REPEAT,)),
    AnimationModified: Judgement(_modified, (Action.ANIMATION_MODIFY,)),
    AnimationPublished: Judgement(_published, (Action.ANIMATION_PUBLISH, Action.ANIMATIONS_PUBLISH)),
    AnimationRefused: Judgement(_refused, (Action.ANIMATION_REFUSE,)),
    AnimationCancelled: Judgement(_cancelled, (Action.ANIMATION_CANCEL,)),
    AnimationVolunteersNamed: Judgement(_volunteers_named, (Action.ANIMATION_VOLUNTEERS_NAME,)),
    AnimationTextBlanked: Judgement(_text_blanked, (Action.ANIMATION_TEXT_BLANK,)),
    AnimationEnded: Judgement(_ended, (Action.ANIMATION_END,)),
    AnimationSuspended: Judgement(_suspended, (Action.ANIMATION_SUSPEND,)),
    AnimationResumed: Judgement(_resumed, (Action.ANIMATION_RESUME,)),
    AnimationAttested: Judgement(_attested, (Action.ANIMATION_ATTEST,)),
    AttestationCorrected: Judgement(_corrected, (Action.ATTESTATION_CORRECT,)),
    AttendanceSheetAttached: Judgement(_sheet, (Action.ATTENDANCE_SHEET_ATTACH,)),
    AttendanceSheetWithdrawn: Judgement(_withdrawn, (Action.ATTENDANCE_SHEET_WITHDRAW,)),
}
ANIMATIONS_ALONE: dict[type[Event], Alone] = {
    AnimationGathered: _gathered_alone,
    AnimationReleased: _released_alone,
}
