"""The letters that are sent by e-mail: their French words, by kind. Each is set as text and as HTML by templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined


@dataclass(frozen=True, slots=True)
class Wording:
    """`subject` and `paragraphs` with names in braces; `action` is what the link is called, where there is one."""

    subject: str
    paragraphs: tuple[str, ...]
    action: str | None = None


_EVENT = "{title}, {when}, {place}."
_FOLLOW = "Suivre ma candidature"
_GIVE_UP = "Voir ou annuler mon inscription"

WORDINGS: Mapping[str, Wording] = {
    "registration.seated": Wording(
        "Votre inscription : {title}",
        (
            "Votre place est réservée.",
            _EVENT,
            "Si vous ne pouvez plus venir, annulez : votre place ira à quelqu'un d'autre.",
        ),
        _GIVE_UP,
    ),
    "registration.waiting": Wording(
        "Sur liste d'attente : {title}",
        (
            "Toutes les places sont prises : vous êtes sur la liste d'attente.",
            _EVENT,
            "Dès qu'une place se libère pour vous, nous vous écrivons.",
        ),
        _GIVE_UP,
    ),
    "registration.seat_obtained": Wording(
        "Une place pour vous : {title}", ("Une place s'est libérée : elle est à vous.", _EVENT), _GIVE_UP
    ),
    "registration.questioned": Wording(
        "Changement : {title}",
        (
            "La date ou le lieu a changé. Venez-vous quand même ?",
            _EVENT,
            "Confirmez ou libérez votre place par le lien.",
        ),
        "Garder ou libérer ma place",
    ),
    "registration.removed": Wording(
        "Votre inscription est retirée : {title}", ("La structure a retiré votre inscription : {reason}", _EVENT)
    ),
    "animation.cancelled": Wording("Annulée : {title}", ("Cette animation n'aura pas lieu : {reason}", _EVENT)),
    "animation.moved": Wording("Changement : {title}", ("La date ou le lieu a changé.", _EVENT)),
    "notice": Wording("{message}", ("{message}", "Connectez-vous pour en savoir plus, ou pour ne plus être prévenu.")),
    "planning": Wording(
        "Les prochaines animations de {structure}", ("Voici les prochaines animations de {structure} :", "{planning}")
    ),
    "candidature.received": Wording(
        "Votre candidature de Parent Ressource",
        ("Merci ! Votre candidature est reçue. Nous vous écrirons quand elle sera examinée.",),
        _FOLLOW,
    ),
    "candidature.validated": Wording(
        "Votre candidature est validée",
        ("Votre candidature de Parent Ressource est validée. Le coordonnateur de votre territoire va vous contacter.",),
        _FOLLOW,
    ),
    "candidature.certificate": Wording(
        "Votre attestation de bénévolat", ("Votre attestation de bénévolat est délivrée : elle vous attend.",), _FOLLOW
    ),
    "candidature.rejected": Wording(
        "Votre candidature", ("Votre candidature de Parent Ressource n'est pas retenue : {reason}",)
    ),
    "invitation": Wording(
        "Invitation à parler pour {structure}",
        ("Vous êtes invité à parler pour {structure} dans Parentalité et Numérique. Le lien sert une fois.",),
        "Accepter l'invitation",
    ),
}


@dataclass(frozen=True, slots=True)
class Composed:
    subject: str
    text: str
    html: str


def compose(kind: str, name: str | None, words: Mapping[str, str], link: str | None) -> Composed:
    """The letter in both forms; `name` is greeted. Raises KeyError on words that its wording needs and has not."""
    wording = WORDINGS[kind]
    subject = " ".join(wording.subject.format_map(words).split())
    told = {
        "subject": subject,
        "name": name,
        "paragraphs": [paragraph.format_map(words) for paragraph in wording.paragraphs],
        "action": wording.action if link else None,
        "link": link,
    }
    templates = _templates()
    text, html = (templates.get_template(f"letter.{form}.jinja").render(told) for form in ("txt", "html"))
    return Composed(subject, text, html)


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("application.notifications"),
        autoescape=lambda name: name is not None and ".html." in name,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
