"""The query on communes, answered from memory."""

from __future__ import annotations

from typing import Annotated

import strawberry

from api.core.errors import invalid
from domain.kernel import places
from domain.kernel.errors import in_figures
from domain.kernel.place_search import LONGEST_SEARCH, MOST_FOUND, place_search


@strawberry.type(description="A commune of France, or an arrondissement of Paris, Lyon or Marseille. Public.")
class Commune:
    code: str = strawberry.field(description="INSEE code, such as 34172 or 2A004: what `communeCode` takes.")
    name: str = strawberry.field(description="Its name.")
    department: str = strawberry.field(description="The code of its department, such as 34, 2A or 971.")
    department_name: str = strawberry.field(description="The name of its department.")
    postal_codes: list[str] = strawberry.field(description="Its postal codes, which it may share.")


def commune_of(commune: places.Commune) -> Commune:
    return Commune(
        code=commune.code,
        name=commune.name,
        department=commune.department,
        department_name=commune.department_name,
        postal_codes=list(commune.postal_codes),
    )


Text = Annotated[
    str,
    strawberry.argument(
        description="The beginning of any words of a name, in any spelling, or of a postal code, or both; or an INSEE"
        f" code, also a former one. {LONGEST_SEARCH} characters at most."
    ),
]


@strawberry.type
class PlaceQueries:
    @strawberry.field(
        description=f"The communes that a text may mean, to choose from: at most {MOST_FOUND}, the best known first."
        " Public."
    )
    def communes(self, text: Text) -> list[Commune]:
        if len(text) > LONGEST_SEARCH:
            raise invalid(f"text : {in_figures(LONGEST_SEARCH)} caractères au plus.", "text")
        return [commune_of(commune) for commune in place_search().search(text)]
