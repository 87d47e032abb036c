"""Pages of candidatures, with what is personal beside it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from projections.engine.paging import Filter, Listing, Order, Source

SOURCE = Source(
    table="candidatures",
    alias="c",
    shown=(
        ", p.first_name, p.last_name, p.email, p.phone, p.motivation, p.opinion_comment, p.decision_reason"
        ", p.contact_note, u.reason AS unreached"
    ),
    joined=(
        "LEFT JOIN {candidature_people} p USING (candidature_id)"
        " LEFT JOIN {unreached} u ON u.about_id = c.candidature_id"
    ),
)
BY_ID = f"SELECT c.*{SOURCE.shown} FROM {SOURCE.rows} {SOURCE.joined} WHERE c.candidature_id = %(id)s"
ORDERS = (Order("submitted_at", "c.submitted_at", "timestamptz"), Order("id", "c.candidature_id", "uuid"))
LISTING = Listing(SOURCE, ORDERS)


@dataclass(frozen=True, slots=True)
class Conditions:
    """The filters of candidatures; None or empty: no filter."""

    territory: Collection[str] | None = None
    school_uai: Collection[str] | None = None
    degree: str | None = None
    status: Collection[str] | None = None
    to_contact: bool | None = None
    certificate_to_issue: bool | None = None
    to_examine: bool | None = None


#: A school's authority has a step to take.
TO_EXAMINE = "c.status IN ('SUBMITTED', 'OPINION_GIVEN') AND c.repeats IS NULL"
#: The step that directors, inspectors and heads have to take themselves, each in their schools.
OWN_STEP = (
    "c.school_uai = ANY(%(step_schools)s) AND c.degree = %(step_degree)s AND c.status = %(step_status)s"
    " AND c.repeats IS NULL"
)
#: Validated, and nobody has called yet: what the coordonnateur may record a contact of.
TO_CONTACT = "c.status = 'VALIDATED' AND c.contacted_on IS NULL AND c.erased_at IS NULL"
#: A certificate was asked for, and is not issued.
CERTIFICATE_TO_ISSUE = (
    "c.status = 'VALIDATED' AND c.certificate_requested_at IS NOT NULL AND c.certificate_number IS NULL"
    " AND c.erased_at IS NULL"
)


def narrowed(filtered: Filter, conditions: Conditions, own_step: Mapping[str, Any] | None = None) -> Filter:
    """Add these conditions to a filter. `own_step`: the parameters of `OWN_STEP`, where the asker has one."""
    for name in ("territory", "school_uai", "status"):
        if chosen := getattr(conditions, name):
            filtered = filtered.among(f"c.{name}", name, chosen)
    if conditions.degree is not None:
        filtered = filtered.where("c.degree = %(degree)s", degree=conditions.degree)
    to_examine = TO_EXAMINE if own_step is None else OWN_STEP
    standing = {"to_contact": TO_CONTACT, "certificate_to_issue": CERTIFICATE_TO_ISSUE, "to_examine": to_examine}
    for name, condition in standing.items():
        if (value := getattr(conditions, name)) is not None:
            params = own_step or {} if condition == OWN_STEP else {}
            filtered = filtered.where(condition if value else f"NOT ({condition})", **params)
    return filtered


#: Standing candidatures for a school, with address, number and name as they were written.
STANDING = """
SELECT c.candidature_id, c.person_id, p.email, p.phone, p.first_name, p.last_name
FROM {candidatures} c JOIN {candidature_people} p USING (candidature_id)
WHERE c.school_uai = %(school)s AND c.status NOT IN ('REJECTED', 'WITHDRAWN') AND c.erased_at IS NULL
    AND c.repeats IS NULL
ORDER BY c.submitted_at, c.candidature_id"""
#: The day of a certificate by its number, without whose it is; the coordonnateur of a territory, as conventions say.
CERTIFICATE = "SELECT certificate_on, territory FROM {candidatures} WHERE certificate_number = %(number)s"
COORDONNATEUR = """
SELECT coordonnateur FROM {conventions} WHERE territory = %(territory)s
ORDER BY signed_on DESC, convention_id LIMIT 1"""
