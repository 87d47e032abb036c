"""The retention of personal data and files: find in the read models what is due, and erase it.

docs/guides/people.md, "Privacy", lists the terms. Their legal ground is the limit of storage (GDPR, article 5.1.e) and,
for proofs of payment, the four years in which claims on public bodies may be raised (loi 68-1250 of 31 December 1968).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any
from uuid import UUID

from psycopg import Connection, sql

from application.application import Application
from application.files.store import FileStore
from application.followers.retention import (
    expire_file,
    forget_candidature,
    forget_contact,
    forget_invited,
    forget_member,
    forget_registrants,
)
from application.hosting.setting_groups import RetentionSettings
from projections.engine.generations import live_tables
from projections.people import mentions
from projections.people import queries as retention

Conn = Connection[Any]

DAYS_A_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True)
class Overdue:
    """The things to erase: registrations as (animation, registration), contacts as (structure, contact).

    Members of groups as (group, member), files as SHA-256.
    """

    registrants: list[tuple[UUID, UUID]]
    candidatures: list[UUID]
    invitations: list[UUID]
    contacts: list[tuple[UUID, UUID]]
    members: list[tuple[UUID, UUID]]
    files: list[str]

    @property
    def counts(self) -> dict[str, int]:
        """Return the number of each, by their name in the singular."""
        return {
            "registration": len(self.registrants),
            "candidature": len(self.candidatures),
            "invitation": len(self.invitations),
            "contact": len(self.contacts),
            "group member": len(self.members),
            "file": len(self.files),
        }

    @property
    def count(self) -> int:
        return sum(self.counts.values())


def find_overdue(conn: Conn, store: FileStore, terms: RetentionSettings, now: datetime) -> Overdue:
    """Return everything due by now, according to the read models."""

    def rows(query: str, days: float) -> list[Any]:
        return _rows(conn, query, ended_before=now - timedelta(days=days))

    return Overdue(
        [(row[0], row[1]) for row in rows(retention.REGISTRANTS, terms.registrants_days)],
        [
            *(row[0] for row in rows(retention.CANDIDATURES, terms.candidatures_months * DAYS_A_MONTH)),
            *(row[0] for row in rows(retention.VOLUNTEERS, terms.volunteers_months * DAYS_A_MONTH)),
        ],
        [row[0] for row in rows(retention.INVITATIONS, terms.invitations_days)],
        [(row[0], row[1]) for row in rows(retention.CONTACTS, terms.contacts_months * DAYS_A_MONTH)],
        [(row[0], row[1]) for row in rows(retention.GROUP_MEMBERS, terms.group_members_months * DAYS_A_MONTH)],
        _files(conn, store, now - timedelta(days=terms.scans_months * DAYS_A_MONTH)),
    )


def find_mentions(conn: Conn, names: Sequence[str]) -> list[str]:
    """Tell of the texts of others that may name who was erased, in French."""
    if not (sought := mentions.patterns(names)):
        return []
    rows = _rows(conn, mentions.MENTIONS, patterns=sought)
    named, further = mentions.bounded([dict(zip(("kind", "id", "name"), row, strict=True)) for row in rows])
    return [*map(mentions.sentence, named), *further]


def erasures(app: Application, store: FileStore, overdue: Overdue, now: datetime) -> list[Callable[[], int]]:
    """Return functions that erase `overdue`, piece by piece. Each returns a count, and may be called twice."""
    by_animation = groupby(overdue.registrants, key=lambda registration: registration[0])
    return [
        *(
            partial(forget_registrants, app, animation_id, [registration for _, registration in group], now)
            for animation_id, group in ((animation_id, list(group)) for animation_id, group in by_animation)
        ),
        *(partial(forget_candidature, app, candidature_id, now) for candidature_id in overdue.candidatures),
        *(partial(forget_invited, app, invitation_id, now) for invitation_id in overdue.invitations),
        *(partial(forget_contact, app, structure_id, contact_id, now) for structure_id, contact_id in overdue.contacts),
        *(partial(forget_member, app, group_id, member_id, now) for group_id, member_id in overdue.members),
        *(partial(expire_file, app, store, sha256, now) for sha256 in overdue.files),
    ]


def _files(conn: Conn, store: FileStore, ended_before: datetime) -> list[str]:
    """Return the files that no longer prove anything, because everything they were handed in for has ended."""
    old = frozenset(store.stored_before(ended_before))
    if not old:
        return []
    uses = [row for row in _rows(conn, retention.USES) if row[0] in old]
    in_use = {
        row[0]
        for query, place in ((retention.ANIMATIONS_IN_USE, 1), (retention.DOSSIERS_IN_USE, 2))
        for row in _rows(conn, query, ids=_ids(uses, place), ended_before=ended_before)
    }
    public_files = {
        row[0] for query in (retention.LOGOS_IN_USE, retention.PUBLICATION_FILES_IN_USE) for row in _rows(conn, query)
    }
    used = {sha256 for sha256, animation_id, dossier_id in uses if {animation_id, dossier_id} & in_use}
    return sorted(old - public_files - used)


def _ids(uses: Sequence[Any], place: int) -> list[UUID]:
    return list({use[place] for use in uses if use[place] is not None})


def _rows(conn: Conn, query: str, **parameters: Any) -> list[Any]:
    with conn.cursor() as cursor:
        return cursor.execute(sql.SQL(query).format(**live_tables(conn)), parameters).fetchall()
