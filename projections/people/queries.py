"""The personal data and files whose retention has ended."""

from __future__ import annotations

from projections.logos.queries import IN_USE
from projections.publications.queries import FILES_IN_USE

#: Registrations for animations that ended before `ended_before`, the first ended first.
REGISTRANTS = """
SELECT g.animation_id, g.registration_id FROM {registrations} g JOIN {animations} a USING (animation_id)
WHERE g.erased_at IS NULL AND a.ends_at < %(ended_before)s ORDER BY a.ends_at, g.animation_id, g.registration_id"""
#: Rejected or withdrawn before `ended_before`, or waiting for a decision since then, the first ended first.
CANDIDATURES = """
SELECT candidature_id FROM {candidatures}
WHERE erased_at IS NULL AND status <> 'VALIDATED' AND coalesce(decided_at, submitted_at) < %(ended_before)s
ORDER BY coalesce(decided_at, submitted_at), candidature_id"""
#: Validated, and nothing recorded of them since `ended_before`.
VOLUNTEERS = """
SELECT candidature_id FROM {candidatures}
WHERE erased_at IS NULL AND status = 'VALIDATED' AND greatest(
    validated_at, informed_at, certificate_requested_at, contacted_on, pix_on, certificate_on,
    (SELECT max((training ->> 'on')::date) FROM jsonb_array_elements(trainings) AS training)
) < %(ended_before)s
ORDER BY validated_at, candidature_id"""
#: Sent before `ended_before`, accepted or not, whose address is still kept.
INVITATIONS = """
SELECT i.invitation_id FROM {invitations} i JOIN {invited_people} p USING (invitation_id)
WHERE i.sent_at < %(ended_before)s AND p.email IS NOT NULL ORDER BY i.sent_at, i.invitation_id"""
#: Added before `ended_before`.
CONTACTS = """
SELECT structure_id, contact_id FROM {contacts} WHERE added_at < %(ended_before)s ORDER BY added_at, contact_id"""
#: Members, gone or not, of groups that were closed before `ended_before`.
GROUP_MEMBERS = """
SELECT g.group_id, p.member_id FROM {action_groups} g CROSS JOIN jsonb_array_elements(g.members) AS member
JOIN {action_group_people} p ON p.member_id = (member ->> 'member_id')::uuid
WHERE g.closed_at < %(ended_before)s ORDER BY g.closed_at, g.group_id, p.member_id"""

#: The things that files were handed in for, by the log, as (digest, animation, dossier).
USES = """
SELECT convert_from(state, 'UTF8')::jsonb #>> '{{data,sha256}}',
       CASE WHEN topic = 'animation.sheet_attached' THEN originator_id END,
       CASE WHEN topic = 'service_dossier.piece_attached' THEN originator_id END
FROM stored_events WHERE topic IN ('animation.sheet_attached', 'service_dossier.piece_attached')"""
#: Logos on the papers of today.
LOGOS_IN_USE = IN_USE
#: Files that readers are offered.
PUBLICATION_FILES_IN_USE = FILES_IN_USE
#: Animations whose sheets may prove something still: not over before `ended_before`, or held by a dossier that may.
ANIMATIONS_IN_USE = """
SELECT a.animation_id FROM {animations} a LEFT JOIN {service_dossiers} d USING (dossier_id)
WHERE a.animation_id = ANY(%(ids)s) AND CASE WHEN d.dossier_id IS NULL THEN a.ends_at >= %(ended_before)s
    ELSE d.paid_on IS NULL OR d.paid_on >= (%(ended_before)s AT TIME ZONE 'UTC')::date OR EXISTS (
        SELECT FROM {controls} c WHERE c.status = 'OPEN' AND d.dossier_id = ANY(c.drawn)) END"""
#: Dossiers whose pieces may prove something still: not paid before `ended_before`, or under control.
DOSSIERS_IN_USE = """
SELECT d.dossier_id FROM {service_dossiers} d
WHERE d.dossier_id = ANY(%(ids)s) AND (
    CASE WHEN d.status IN ('OPEN', 'RETURNED', 'DISCARDED') THEN d.opened_at >= %(ended_before)s
    ELSE d.paid_on IS NULL OR d.paid_on >= (%(ended_before)s AT TIME ZONE 'UTC')::date END
    OR EXISTS (SELECT FROM {controls} c WHERE c.status = 'OPEN' AND d.dossier_id = ANY(c.drawn)))"""
