"""Where lists of animations read their rows: their own columns, and those beside them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import lru_cache

from projections.animations.standing import SUSPENDED
from projections.engine.paging import Source

#: Columns beside an animation's own, on its structure and its registrations.
_BESIDE = {
    "structure_siret": "s.siret",
    "structure_name": "s.name",
    "structure_territories": "s.territories",
    "dossier_status": "(SELECT d.status FROM {service_dossiers} d WHERE d.dossier_id = a.dossier_id)",
    "uncovered": SUSPENDED,
    "seats_left": f"CASE WHEN {SUSPENDED} THEN 0 ELSE greatest(0, a.seats - coalesce(r.seated, 0)) END",
    "waiting": "coalesce(r.waiting, 0)",
    # The people expected by the list, and those who came.
    **{
        name: f"coalesce(r.{name}, 0)"
        for name in ("listed", "listed_children", "ticked", "present", "present_children")
    },
    **{name: f"w.{name}" for name in ("walk_in_parents", "walk_in_children")},
}

#: The contact: what its own leaves out is that of its structure.
_CONTACT_COLUMNS = {f"shown_{part}": f"coalesce(a.contact_{part}, c.{part})" for part in ("phone", "email", "hours")}


_STRUCTURE = "JOIN {structures} s USING (structure_id)"
#: One look by the key for each row: for a page of an export a join would read every row of these tables.
_OF_ANIMATION = "LEFT JOIN LATERAL (SELECT * FROM {%s} WHERE animation_id = a.animation_id LIMIT 1) %s ON true"
_SEATS = _OF_ANIMATION % ("animation_seats", "r")
_WALK_INS = _OF_ANIMATION % ("walk_ins", "w")
_CONTACTS = "LEFT JOIN {structure_contacts} c ON c.structure_id = a.structure_id"
_SCHOOLS = "LEFT JOIN {schools} l ON l.uai = a.school"
#: The columns that its school is called by.
_SCHOOL_COLUMNS = {f"school_{name}": f"l.{name}" for name in ("name", "commune_code", "degree")}
_COLUMNS = {**_BESIDE, **_CONTACT_COLUMNS, **_SCHOOL_COLUMNS}


def _beside(names: Iterable[str]) -> str:
    return "".join(f", {_COLUMNS[name]} AS {name}" for name in names)


#: Animations with the shown columns of their structure.
SOURCE = Source(
    table="animations",
    alias="a",
    shown=_beside((*_BESIDE, *_SCHOOL_COLUMNS)),
    joined=f"{_STRUCTURE} {_SEATS} {_WALK_INS} {_SCHOOLS}",
    owner="structure_id",
)


def source(columns: Collection[str]) -> Source:
    """Return `SOURCE` with these columns alone."""
    return _source(frozenset(columns))


@lru_cache(1_000)
def _source(columns: frozenset[str]) -> Source:
    own = sorted({"animation_id", "structure_id", *columns}.difference(_COLUMNS))
    beside = [name for name in _COLUMNS if name in columns]
    # Leave out unused joins here: planning one takes as long as reading a page.
    expressions = " ".join(_COLUMNS[name] for name in beside)
    joins = (("s", _STRUCTURE), ("r", _SEATS), ("w", _WALK_INS), ("c", _CONTACTS), ("l", _SCHOOLS))
    joined = " ".join(join for alias, join in joins if re.search(rf"\b{alias}\.", expressions))
    return replace(SOURCE, own=", ".join(f"a.{name}" for name in own), shown=_beside(beside), joined=joined)
