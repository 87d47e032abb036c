"""Pages of structures, one structure, its conventions."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime

from domain.kernel.identifiers import without_separators
from projections.animations.standing import AWAITING_ATTESTATION
from projections.engine.paging import OWED, Filter, Listing, Order, Source
from projections.engine.words import holding_words

_SIRET = re.compile(r"\d{14}", re.ASCII)
SOURCE = Source(table="structures", alias="s")
BY_IDS = "SELECT s.* FROM {structures} s WHERE s.structure_id = ANY(%(ids)s)"
_HAS_SIRET = "(s.siret = %(siret)s OR s.former_sirets @> ARRAY[%(siret)s])"
BY_SIRET = f"SELECT s.* FROM {{structures}} s WHERE {_HAS_SIRET}"
#: Other establishments of the same company that have an account.
OF_SIREN = """
SELECT s.* FROM {structures} s WHERE s.siret LIKE left(%(siret)s, 9) || '%%' AND s.siret <> %(siret)s
ORDER BY s.siret LIMIT 5"""
#: Structures that are called so, as the domain compares names.
NAMESAKES = "SELECT structure_id FROM {structures} WHERE compared_name = %(name)s ORDER BY structure_id LIMIT 100"
CONTACTS = "SELECT * FROM {structure_contacts} WHERE structure_id = ANY(%(ids)s)"
CONVENTIONS = "SELECT * FROM {conventions} WHERE structure_id = ANY(%(structures)s) ORDER BY signed_on, convention_id"
CONVENTIONS_BY_IDS = "SELECT * FROM {conventions} WHERE convention_id = ANY(%(ids)s)"
ORDERS = (Order("name", "s.name_key", "text"), Order("id", "s.structure_id", "uuid"))
LISTING = Listing(SOURCE, ORDERS)

_WITHIN = "(%(within)s::text[] IS NULL OR {0}.territory = ANY(%(within)s))"
_IN_THE_MAKING = "d.status IN ('OPEN', 'RETURNED')"
#: The dues of each of the structures `owners`, in the territories `within` unless that is null.
DUES = f"""
SELECT owner, coalesce(to_attest, 0) AS attestations_due, coalesce(late, 0) AS attestations_late, oldest AS oldest_end,
    coalesce(dossiers, 0) AS dossiers_to_submit, coalesce(pieces, 0) AS pieces_missing
FROM unnest(%(owners)s::uuid[]) AS owner LEFT JOIN (
    SELECT a.structure_id AS owner, count(*) AS to_attest, count(*) FILTER (WHERE a.ends_at <= %(late)s) AS late,
        min(a.ends_at) AS oldest
    FROM {{animations}} a WHERE a.structure_id = ANY(%(owners)s) AND {AWAITING_ATTESTATION} AND {_WITHIN.format("a")}
    GROUP BY 1
) AS animations USING (owner) LEFT JOIN (
    SELECT d.structure_id AS owner, count(*) AS dossiers, sum((
        SELECT count(*) FROM unnest(c.required_pieces) AS piece
        WHERE NOT d.pieces @> jsonb_build_array(jsonb_build_object('piece', piece))
    )) AS pieces
    FROM {{service_dossiers}} d JOIN {{conventions}} c USING (convention_id)
    WHERE d.structure_id = ANY(%(owners)s) AND {_IN_THE_MAKING} AND {_WITHIN.format("d")} GROUP BY 1
) AS dossiers USING (owner)"""
_OWING = f"""(EXISTS (
    SELECT FROM {{animations}} a
    WHERE a.structure_id = s.structure_id AND {AWAITING_ATTESTATION} AND {_WITHIN.format("a")}
) OR EXISTS (
    SELECT FROM {{service_dossiers}} d
    WHERE d.structure_id = s.structure_id AND {_IN_THE_MAKING} AND {_WITHIN.format("d")}))"""

#: Larger for whoever owes more: late attestations weigh most, then all attestations, then dossiers in the making.
_OWED = f"""(
    SELECT least(count(*) FILTER (WHERE a.ends_at <= %(late)s), 999) * 1000000 + least(count(*), 999) * 1000
    FROM {{animations}} a WHERE a.structure_id = s.structure_id AND {AWAITING_ATTESTATION} AND {_WITHIN.format("a")}
) + (
    SELECT least(count(*), 999) FROM {{service_dossiers}} d
    WHERE d.structure_id = s.structure_id AND {_IN_THE_MAKING} AND {_WITHIN.format("d")}
)"""
#: Negative, so that all of the order ascends: one comparison of rows cuts its pages.
BY_OWED = Listing(SOURCE, (Order(OWED, f"(-({_OWED}))::integer", "integer"), *ORDERS))


def narrowed(territory: Collection[str] | None, text: str | None) -> Filter:
    """Return the filter for structures of these territories: whose name has each word of the text, accents ignored, or
    that have or had the SIRET that it is.
    """
    filtered = Filter()
    if territory:
        filtered = filtered.where("s.territories && %(territory)s", territory=list(territory))
    if text is not None and _SIRET.fullmatch(siret := without_separators(text).strip()):
        return filtered.where(_HAS_SIRET, siret=siret)
    if text is not None and text.strip():
        # A name is short and structures are few thousand: no index is needed to look inside it.
        holds, params = holding_words("s.name_key", text)
        filtered = filtered.where(holds, **params)
    return filtered


def owing(filtered: Filter, owes: bool, within: Collection[str] | None, now: datetime) -> Filter:
    """Add whether anything is due from a structure, in these territories unless that is None."""
    return filtered.where(_OWING if owes else f"NOT {_OWING}", within=within, now=now)


def owed(filtered: Filter, within: Collection[str] | None, now: datetime, late: datetime) -> Filter:
    """Add what BY_OWED needs: in which territories, all for None, and until when an ended animation is not late."""
    return filtered.where("true", within=within, now=now, late=late)


#: Attested animations of a convention outside of these days, whose service is not certified.
UNCERTIFIED = """
SELECT animation_id FROM (
    SELECT animation_id, day FROM {animations}
    WHERE convention_id = %(convention_id)s AND status = 'PUBLISHED' AND dossier_id IS NULL AND attested
    UNION ALL
    SELECT a.animation_id, a.day FROM {service_dossiers} d JOIN {animations} a ON a.animation_id = ANY(d.animation_ids)
    WHERE d.convention_id = %(convention_id)s AND d.status NOT IN ('CERTIFIED', 'PAID')
) AS held WHERE day < %(first_day)s::date OR day > %(last_day)s::date ORDER BY day, animation_id LIMIT %(most)s"""
