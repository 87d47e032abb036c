"""The kinds of notices, by which programs and preferences tell them apart. A kind that no notice has any more stays."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from domain.kernel.actors import Role
from domain.kernel.rights import RIGHTS, Action


class NoticeKind(StrEnum):
    ANIMATION_ATTESTATION_AWAITED = "animation.attestation_awaited"
    ANIMATION_ATTESTATION_LATE = "animation.attestation_late"
    ANIMATION_ATTESTATION_OVERDUE = "animation.attestation_overdue"
    ANIMATION_CANCELLED = "animation.cancelled"
    ANIMATION_DECLARED = "animation.declared"
    ANIMATION_PUBLISHED = "animation.published"
    ANIMATION_REFUSED = "animation.refused"
    ANIMATION_RESUMED = "animation.resumed"
    ANIMATION_REWRITTEN = "animation.rewritten"
    ANIMATION_SUSPENDED = "animation.suspended"
    ANIMATION_TEXT_BLANKED = "animation.text_blanked"
    ANIMATION_TO_ATTEST = "animation.to_attest"
    ANIMATION_TO_PUBLISH = "animation.to_publish"
    ANIMATION_REQUEST_ANSWERED = "animation_request.answered"
    ANIMATION_REQUEST_DECLINED = "animation_request.declined"
    ANIMATION_REQUEST_GIVEN_BACK = "animation_request.given_back"
    ANIMATION_REQUEST_LAPSED = "animation_request.lapsed"
    ANIMATION_REQUEST_REOPENED = "animation_request.reopened"
    ANIMATION_REQUEST_SENT = "animation_request.sent"
    ANIMATION_REQUEST_TAKEN_UP = "animation_request.taken_up"
    ANIMATION_REQUEST_WITHDRAWN = "animation_request.withdrawn"
    CANDIDATURE_CERTIFICATE_REQUESTED = "candidature.certificate_requested"
    CANDIDATURE_NOBODY_TO_EXAMINE = "candidature.nobody_to_examine"
    CANDIDATURE_REJECTED = "candidature.rejected"
    CANDIDATURE_SUBMITTED = "candidature.submitted"
    CANDIDATURE_TO_EXAMINE = "candidature.to_examine"
    CANDIDATURE_UNREACHED = "candidature.unreached"
    CANDIDATURE_VALIDATED = "candidature.validated"
    CANDIDATURE_WITHDRAWN = "candidature.withdrawn"
    CONTACT_UNREACHED = "contact.unreached"
    CONTROL_OPENED = "control.opened"
    CONTROL_PIECE_REFUSED = "control.piece_refused"
    CONVENTION_AMENDED = "convention.amended"
    CONVENTION_SIGNED = "convention.signed"
    CONVENTION_TERMINATED = "convention.terminated"
    DOSSIER_AMENDMENT_ACCEPTED = "dossier.amendment_accepted"
    DOSSIER_AMENDMENT_PROPOSED = "dossier.amendment_proposed"
    DOSSIER_AMENDMENT_REFUSED = "dossier.amendment_refused"
    DOSSIER_CERTIFIED = "dossier.certified"
    DOSSIER_CONTROLLED = "dossier.controlled"
    DOSSIER_DRAWN = "dossier.drawn"
    DOSSIER_PAID = "dossier.paid"
    DOSSIER_RECOVERED = "dossier.recovered"
    DOSSIER_RETURNED = "dossier.returned"
    DOSSIER_SUBMITTED = "dossier.submitted"
    DOSSIER_WITHDRAWN = "dossier.withdrawn"
    INVITATION_UNREACHED = "invitation.unreached"
    MEDIATEUR_TO_ACCEPT = "mediateur.to_accept"
    PUBLICATION_CORRECTED = "publication.corrected"
    PUBLICATION_PUBLISHED = "publication.published"
    PUBLICATION_REFUSED = "publication.refused"
    PUBLICATION_TO_REVIEW = "publication.to_review"
    PUBLICATION_WITHDRAWN = "publication.withdrawn"
    REGISTRATION_TO_CALL = "registration.to_call"
    SPEAKER_JOINED = "speaker.joined"
    STRUCTURE_MOVED = "structure.moved"
    STRUCTURE_RENAMED = "structure.renamed"
    WEBHOOK_PAUSED = "webhook.paused"


_ST, _CO, _NA = frozenset([Role.STRUCTURE]), frozenset([Role.COORDONNATEUR]), frozenset([Role.NATIONAL])
_DIRECTION = frozenset([Role.DIRECTOR, Role.HEAD])
#: Who asks for animations in a school, and who examines its candidatures.
_ASKING, _EXAMINING = _DIRECTION | {Role.TEACHER}, _DIRECTION | {Role.INSPECTOR}
#: The roles whose inboxes each kind is written to.
READERS: Mapping[NoticeKind, frozenset[Role]] = {
    NoticeKind.ANIMATION_ATTESTATION_AWAITED: _ST,
    NoticeKind.ANIMATION_ATTESTATION_LATE: _ST,
    NoticeKind.ANIMATION_ATTESTATION_OVERDUE: _ST | _CO,
    NoticeKind.ANIMATION_CANCELLED: _ST | _CO | _NA,
    NoticeKind.ANIMATION_DECLARED: _CO,
    NoticeKind.ANIMATION_PUBLISHED: _ST,
    NoticeKind.ANIMATION_REFUSED: _ST,
    NoticeKind.ANIMATION_RESUMED: _ST | _CO | _NA,
    NoticeKind.ANIMATION_REWRITTEN: _CO | _NA,
    NoticeKind.ANIMATION_SUSPENDED: _ST | _CO | _NA,
    NoticeKind.ANIMATION_TEXT_BLANKED: _ST,
    NoticeKind.ANIMATION_TO_ATTEST: _ST,
    NoticeKind.ANIMATION_TO_PUBLISH: _NA,
    NoticeKind.ANIMATION_REQUEST_ANSWERED: _ASKING | _CO,
    NoticeKind.ANIMATION_REQUEST_DECLINED: _ASKING,
    NoticeKind.ANIMATION_REQUEST_GIVEN_BACK: _ASKING | _CO,
    NoticeKind.ANIMATION_REQUEST_LAPSED: _ASKING | _CO,
    NoticeKind.ANIMATION_REQUEST_REOPENED: _ASKING | _CO | _ST,
    NoticeKind.ANIMATION_REQUEST_SENT: _ST | _CO,
    NoticeKind.ANIMATION_REQUEST_TAKEN_UP: _ASKING | _CO,
    NoticeKind.ANIMATION_REQUEST_WITHDRAWN: _ST | _CO,
    NoticeKind.CANDIDATURE_CERTIFICATE_REQUESTED: _CO,
    NoticeKind.CANDIDATURE_NOBODY_TO_EXAMINE: _CO,
    NoticeKind.CANDIDATURE_REJECTED: _CO,
    NoticeKind.CANDIDATURE_SUBMITTED: _CO,
    NoticeKind.CANDIDATURE_TO_EXAMINE: _EXAMINING,
    NoticeKind.CANDIDATURE_UNREACHED: _CO,
    NoticeKind.CANDIDATURE_VALIDATED: _CO,
    NoticeKind.CANDIDATURE_WITHDRAWN: _EXAMINING | _CO,
    NoticeKind.CONTACT_UNREACHED: _ST,
    NoticeKind.CONTROL_OPENED: _ST | _CO,
    NoticeKind.CONTROL_PIECE_REFUSED: _ST | _CO,
    NoticeKind.CONVENTION_AMENDED: _ST,
    NoticeKind.CONVENTION_SIGNED: _ST,
    NoticeKind.CONVENTION_TERMINATED: _ST | _CO | _NA,
    NoticeKind.DOSSIER_AMENDMENT_ACCEPTED: _ST,
    NoticeKind.DOSSIER_AMENDMENT_PROPOSED: _CO,
    NoticeKind.DOSSIER_AMENDMENT_REFUSED: _ST,
    NoticeKind.DOSSIER_CERTIFIED: _ST,
    NoticeKind.DOSSIER_CONTROLLED: _ST | _CO,
    NoticeKind.DOSSIER_DRAWN: _ST | _CO,
    NoticeKind.DOSSIER_PAID: _ST,
    NoticeKind.DOSSIER_RECOVERED: _ST | _CO,
    NoticeKind.DOSSIER_RETURNED: _ST,
    NoticeKind.DOSSIER_SUBMITTED: _CO,
    NoticeKind.DOSSIER_WITHDRAWN: _ST | _CO,
    NoticeKind.INVITATION_UNREACHED: _ST,
    NoticeKind.MEDIATEUR_TO_ACCEPT: _ST,
    NoticeKind.PUBLICATION_CORRECTED: _ST | _CO,
    NoticeKind.PUBLICATION_PUBLISHED: _ST | _CO,
    NoticeKind.PUBLICATION_REFUSED: _ST | _CO,
    NoticeKind.PUBLICATION_TO_REVIEW: _NA,
    NoticeKind.PUBLICATION_WITHDRAWN: _ST | _CO,
    # Also to whoever registered those who are to be telephoned.
    NoticeKind.REGISTRATION_TO_CALL: _ST | frozenset(RIGHTS[Action.REGISTRATION_SUBMIT_FOR]),
    NoticeKind.SPEAKER_JOINED: _ST,
    NoticeKind.STRUCTURE_MOVED: _ST,
    NoticeKind.STRUCTURE_RENAMED: _ST,
    NoticeKind.WEBHOOK_PAUSED: _ST | _CO | _NA,
}


def kinds_for(role: Role) -> list[NoticeKind]:
    """Return the kinds of notices that somebody in that role may find in their inbox."""
    return [kind for kind in NoticeKind if role in READERS[kind]]
