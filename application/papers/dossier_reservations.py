"""The reservations under which a service was certified, on paper: what is missing, what is unusual, and the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.service_dossiers.warnings import LABELS, WarningCode

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reservations:
    """Each (causes, reason): the causes in French, what the coordonnateur answered, erased or not."""

    overrun: str | None = None
    missing: tuple[str, ...] = ()
    missing_reason: str | None = None
    warnings: tuple[str, ...] = ()
    warnings_reason: str | None = None

    def content(self) -> list[dict[str, Any]]:
        """Return what the template lays out."""
        parts = [
            ("Plus d'animations que prévu à la convention", (), self.overrun),
            ("Certifié sans ces preuves", self.missing, self.missing_reason),
            ("Signalements", self.warnings, self.warnings_reason),
        ]
        return [
            {"title": title, "causes": list(causes), "reason": reason}
            for title, causes, reason in parts
            if causes or reason
        ]


def reservations_of(certified: Facts, titles: Mapping[str, str]) -> Reservations:
    """Return what the facts of a certification say; `titles` are those of the dossier's animations, by id."""
    sheets = [f"liste d'émargement signée : {_named(id_, titles)}" for id_ in certified.get("missing_sheets", ())]
    return Reservations(
        overrun=certified.get("overrun_reason"),
        missing=(*sheets, *certified.get("missing_pieces", ())),
        missing_reason=certified.get("missing_reason"),
        warnings=tuple(_warning(warning, titles) for warning in certified.get("warnings", ())),
        warnings_reason=certified.get("warnings_reason"),
    )


def _warning(warning: Facts, titles: Mapping[str, str]) -> str:
    words = f"{_named(warning['animation_id'], titles)} : {LABELS[WarningCode(warning['code'])]}"
    return f"{words} ({_named(warning['other_id'], titles)})" if warning["other_id"] else words


def _named(animation_id: str, titles: Mapping[str, str]) -> str:
    return f"« {titles[animation_id]} »" if animation_id in titles else animation_id
