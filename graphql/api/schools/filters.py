"""Filters of schools. A filter left out, null or an empty list does not apply."""

from __future__ import annotations

import strawberry

from api.core.lists.checks import checked_text, checked_texts
from api.places.filters import unknown_commune
from application.tables.named_places import communes_of_postal_code
from domain.kernel.identifiers import schools_begin_with
from domain.kernel.places import places
from domain.kernel.schools import Degree
from projections.schools import queries


@strawberry.input(description="Narrows the schools. All that is given must hold.")
class SchoolWhere:
    territory: list[str] | None = strawberry.field(default=None, description="Any of these department codes.")
    commune: list[str] | None = strawberry.field(
        default=None,
        description="In any of these communes (INSEE codes, also former ones). A city has its arrondissements with it.",
    )
    around: str | None = strawberry.field(
        default=None, description="In the communes of the same intercommunality as this one (INSEE code)."
    )
    degree: Degree | None = strawberry.field(default=None, description="Of this degree.")
    targeted: bool | None = strawberry.field(
        default=None, description="Targeted by the last version of its territory's strategy (or all others)."
    )
    text: str | None = strawberry.field(
        default=None,
        description="Words of its name or of its commune's, in any spelling, also a postal code; or its UAI.",
    )

    def conditions(self) -> queries.Conditions:
        territory = checked_texts(self.territory, "territory")
        text, posted = _without_postal_code(checked_text(self.text, "text"))
        communes = self._communes()
        if posted is not None:
            communes = sorted(posted if communes is None else posted.intersection(communes))
        return queries.Conditions(
            beginnings=[schools_begin_with(code) for code in territory] if territory else None,
            communes=communes,
            degree=self.degree.value if self.degree else None,
            text=text,
            targeted=self.targeted,
        )

    def _communes(self) -> list[str] | None:
        """Return the codes of the communes, or None without a filter by commune."""
        within: set[str] | None = None
        if chosen := checked_texts(self.commune, "commune"):
            within = {_known(code, "commune") for code in chosen}
            within |= {part.code for part in places().communes.values() if part.parent in within}
        if (code := checked_text(self.around, "around")) is not None:
            around = places().around(_known(code, "around"))
            within = set(around) if within is None else within & around
        return None if within is None else sorted(within)


def _without_postal_code(text: str | None) -> tuple[str | None, set[str] | None]:
    """Return the text without a postal code, and the communes that have it; None: it holds none."""
    for word in (text or "").split():
        if posted := communes_of_postal_code(word):
            # Some schools of a city with arrondissements name the city alone.
            codes = {commune.code for commune in posted}
            return (text or "").replace(word, " "), codes | {each.parent for each in posted if each.parent}
    return text, None


def _known(code: str, field: str) -> str:
    commune = places().find(code.strip().upper())
    if commune is None:
        raise unknown_commune(code, field)
    return commune.code
