"""Whose personal data have been kept for as long as they may be."""

from __future__ import annotations

#: Of animations that ended before `ended_before`, the first ended first.
REGISTRANTS = """
SELECT g.animation_id, g.registration_id FROM {registrations} g JOIN {animations} a USING (animation_id)
WHERE g.erased_at IS NULL AND a.ends_at < %(ended_before)s ORDER BY a.ends_at, g.registration_id LIMIT %(most)s"""
#: Rejected or withdrawn before `ended_before`, the first ended first.
CANDIDATURES = """
SELECT candidature_id FROM {candidatures}
WHERE erased_at IS NULL AND status IN ('REJECTED', 'WITHDRAWN') AND decided_at < %(ended_before)s
ORDER BY decided_at, candidature_id LIMIT %(most)s"""
