"""Refuse changes of the typology that are wanted today. Recorded changes are older than these rules."""

from __future__ import annotations

from collections.abc import Sequence

from domain.kernel.errors import DomainError, ErrorCode, Problem, broken
from domain.kernel.people import name_comparison_form
from domain.typology.typology import SplitPart, TermKind, Typology


def check_label_is_free(state: Typology, kind: TermKind, code: str, label: str) -> None:
    """Raise if another choice that is still offered in this list bears that name, however it is written."""
    for term in state.terms.values():
        if term.kind is kind and term.code != code and not term.retired and _same(term.label, label):
            raise broken(
                f"« {term.label} » est déjà le nom d'un autre choix de cette liste ({term.code}). Donnez un autre nom ;"
                " pour réunir les deux choix, servez-vous de « Fusionner ».",
                "label",
            )


def _same(label: str, other: str) -> bool:
    """Compare as people read; labels of signs alone are compared sign by sign."""
    return label == other or name_comparison_form(label) == name_comparison_form(other) != ""


def check_parts_take_something(parts: Sequence[SplitPart]) -> None:
    """Raise every problem with the conditions of a split's parts, save the last, which takes the rest."""
    problems = [
        Problem(ErrorCode.RULE_BROKEN, message, ("parts", str(place), field))
        for place, part in enumerate(parts[:-1])
        for field, message in _contradictions(part)
    ]
    if problems:
        raise DomainError(problems)


def _contradictions(part: SplitPart) -> list[tuple[str, str]]:
    if part.takes_all:
        return [
            (
                "animation_types",
                "sans condition, ce choix prendrait tout et il ne resterait rien pour les suivants : cochez des types"
                " d'animation, ou donnez une date.",
            )
        ]
    if part.starts_from is not None and part.starts_before is not None and part.starts_from >= part.starts_before:
        first = part.starts_from
        return [("starts_before", f"aucun jour ne convient : donnez une date après le {first:%d/%m/%Y}.")]
    return []
