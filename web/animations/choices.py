"""What the form of the public listing lets its readers choose among."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from web.animations.filters import LANGUAGES
from web.core.asking import Answer
from web.core.rendering import Templates

#: The label of each choice, and what is said where nothing is chosen, by the name of the filter.
_CHOICES = {
    "territory": ("Département", "Tous les départements"),
    "theme": ("Thème", "Tous les thèmes"),
    "type": ("Type d'animation", "Tous les types"),
    "audience": ("Public", "Tous les publics"),
    "accessibility": ("Accessibilité", "Sans critère"),
    "language": ("Langue", "Toutes les langues"),
}
_KINDS = {"theme": "THEME", "type": "ANIMATION_TYPE", "audience": "AUDIENCE", "accessibility": "ACCESSIBILITY"}


class Choices:
    """The fields of `lists`. One of which nothing is chosen, as in most addresses, is written once."""

    def __init__(self, lists: Answer, templates: Templates) -> None:
        self.lists, self._templates = lists, templates
        self._offered: dict[str, Sequence[Mapping[str, Any]]] = {"territory": lists["territories"]}
        for name, kind in _KINDS.items():
            self._offered[name] = [term for term in lists["typology"] if term["kind"] == kind]
        self._unchosen = {name: self._written(name, ()) for name in _CHOICES}

    def fields(self, chosen: Mapping[str, Sequence[str]]) -> Mapping[str, Markup]:
        """Return the field of each choice, by its name."""
        written = {name: self._written(name, chosen[name]) for name in _CHOICES if chosen[name]}
        return self._unchosen | written

    def _written(self, name: str, chosen: Sequence[str]) -> Markup:
        label, any = _CHOICES[name]
        if name == "language":
            names = LANGUAGES | {code: code for code in chosen if code not in LANGUAGES}
            offered: Sequence[Mapping[str, Any]] = [{"code": code, "label": text} for code, text in names.items()]
        else:
            offered = self._offered[name]
        return self._templates.choice(name, label, offered, chosen, any)
