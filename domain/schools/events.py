"""What is recorded of a school, in a stream of its own."""

from __future__ import annotations

from pydantic import Field

from domain.kernel.events import Event, event
from domain.kernel.schools import Degree


@event("school.described", "Établissement décrit")
class SchoolDescribed(Event):
    """Its name, its commune (INSEE code) and its degree, as they are from now on."""

    uai: str = Field(title="UAI")
    name: str = Field(title="nom")
    commune_code: str = Field(title="commune")
    degree: Degree = Field(title="degré")
