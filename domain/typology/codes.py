"""The types of codes of choices, each refused with an example of its own list."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import StringConstraints

from domain.kernel.validation import formatted


def code(example: str) -> Any:
    """Return the type of the code of a choice in a list that holds `example`."""
    message = f"code attendu en minuscules sans accent, chiffres et tirets, par exemple {example}"
    return Annotated[str, StringConstraints(max_length=60), formatted(r"[a-z0-9]+(-[a-z0-9]+)*", message)]


#: The shape of codes, in any list.
Code = code("deux-mots")
Theme, AnimationType, Audience = code("temps-ecran"), code("cafe-des-parents"), code("parents")
VenueType, Accessibility = code("ecole"), code("braille")
