"""The open data, their licence, and the meaning of their columns: a Data Package with Table Schemas (Frictionless)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import orjson

#: The path of this version: its addresses, fields and meanings stay. What breaks them is another version beside it.
BASE: Final = "/opendata/v1"
LICENCE: Final[Mapping[str, str]] = {
    "name": "etalab-2.0",
    "title": "Licence Ouverte / Open Licence version 2.0 (Etalab)",
    "path": "https://www.etalab.gouv.fr/licence-ouverte-open-licence",
}
_TITLE = "Parentalité et numérique : animations, lieux et chiffres du programme"
_DESCRIPTION = (
    "Les animations publiées du programme « Parentalité et numérique », les lieux où elles se tiennent, les chiffres du"
    " programme. Aucune donnée personnelle n'y figure : ni contact, ni lien de visioconférence, ni inscription."
)
_STANDARD = "https://schema.data.gouv.fr/schemas/LaMednum/standard-mediation-num/latest/schema.json"


@dataclass(frozen=True, slots=True)
class Resource:
    """A file of the package; `schema`: the name of its Table Schema, or the address of another's."""

    name: str
    title: str
    formats: tuple[str, ...]
    schema: str

    @property
    def is_ours(self) -> bool:
        return not self.schema.startswith("https://")


RESOURCES: Final[Sequence[Resource]] = (
    Resource("animations", "Animations publiées", ("csv", "json"), "animations"),
    Resource("programme", "Chiffres du programme", ("csv", "json"), "programme"),
    Resource("lieux-de-mediation-numerique", "Lieux de médiation numérique", ("csv", "json"), _STANDARD),
)


@cache
def table_schema(name: str) -> dict[str, Any]:
    """Return a Table Schema of ours."""
    schema: dict[str, Any] = orjson.loads(files("api.open_data").joinpath("schemas", f"{name}.json").read_bytes())
    return schema


def field_names(name: str) -> tuple[str, ...]:
    return tuple(field["name"] for field in table_schema(name)["fields"])


def data_package(site: str) -> dict[str, Any]:
    """Return the package's description (https://specs.frictionlessdata.io/data-package/)."""
    return {
        "profile": "data-package",
        "name": "parentalite-numerique",
        "title": _TITLE,
        "description": _DESCRIPTION,
        "version": "1.0.0",
        "homepage": f"{site}/donnees-ouvertes",
        "licenses": [dict(LICENCE)],
        "resources": [_described(site, resource, each) for resource in RESOURCES for each in resource.formats],
    }


def _described(site: str, resource: Resource, kind: str) -> dict[str, Any]:
    media = {"csv": "text/csv", "json": "application/json"}[kind]
    schema = f"{site}{BASE}/{resource.schema}.schema.json" if resource.is_ours else resource.schema
    described = {
        "name": f"{resource.name}-{kind}",
        "title": f"{resource.title} ({kind.upper()})",
        "path": f"{site}{BASE}/{resource.name}.{kind}",
        "format": kind,
        "mediatype": media,
        "encoding": "utf-8",
        "schema": schema,
    }
    return {**described, "profile": "tabular-data-resource"} if kind == "csv" else described
