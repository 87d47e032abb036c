"""The French wordings of e-mails, by kind, rendered as text and as HTML.

Letters greet nobody by name: the address is not proven to belong to the person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from application.papers.typesetting import MANDATORY_SENTENCE
from application.wording.lines import Section, shorten

#: Longer subjects are cut; the text repeats what matters.
MAX_SUBJECT = 100


@dataclass(frozen=True, slots=True)
class Wording:
    """`subject` and paragraphs, with placeholders in braces; sections go between `before` and `after`.

    `action`: the label of the link, if there is one; `private`: the link is the recipient's own.
    """

    subject: str
    before: tuple[str, ...]
    after: tuple[str, ...] = ()
    action: str | None = None
    private: bool = True


_FOLLOW = "Suivre ma candidature"
_MANAGE = "Voir ou annuler mon inscription"
#: Couples share an address: the second of them is not registered.
_ONE_PERSON = (
    "Une adresse inscrit une seule personne. Pour inscrire quelqu'un d'autre, donnez une autre adresse, ou demandez à"
    " la structure de l'inscrire."
)

WORDINGS: Mapping[str, Wording] = {
    "registration.seated": Wording(
        "Votre inscription : {title}",
        ("Votre place est réservée.",),
        ("Si vous ne pouvez plus venir, annulez : votre place ira à quelqu'un d'autre.",),
        _MANAGE,
    ),
    "registration.repeated": Wording(
        "Vous êtes déjà inscrit : {title}",
        (
            "Cette adresse vient d'être indiquée pour une inscription ou une annulation, et elle est déjà inscrite.",
            "Votre inscription tient, rien n'a changé : le lien ci-dessous la montre, et l'annule si vous le voulez.",
            _ONE_PERSON,
        ),
        action=_MANAGE,
    ),
    "registration.repeated_waiting": Wording(
        "Vous attendez déjà une place : {title}",
        (
            "Cette adresse vient d'être indiquée pour une inscription ou une annulation, et elle est déjà sur la liste"
            " d'attente.",
            "Votre demande tient et garde son rang, rien n'a changé : le lien ci-dessous la montre, et l'annule si vous"
            " le voulez.",
            _ONE_PERSON,
        ),
        action=_MANAGE,
    ),
    "registration.waiting": Wording(
        "Sur liste d'attente : {title}",
        ("Toutes les places sont prises : vous êtes sur la liste d'attente.",),
        ("Dès qu'une place se libère pour vous, nous vous écrivons.",),
        _MANAGE,
    ),
    "registration.seat_obtained": Wording(
        "Une place pour vous : {title}",
        ("Une place s'est libérée : elle est à vous.",),
        ("Si vous ne pouvez plus venir, annulez : votre place ira à quelqu'un d'autre.",),
        _MANAGE,
    ),
    "registration.reminder": Wording(
        "Rappel : {title}",
        ("C'est bientôt : votre place vous attend.",),
        ("Si vous ne pouvez plus venir, annulez : votre place ira à quelqu'un d'autre.",),
        _MANAGE,
    ),
    "registration.questioned": Wording(
        "Changement : {title}",
        ("{what_changed} Venez-vous quand même ?",),
        ("Confirmez ou libérez votre place par le lien.",),
        "Garder ou libérer ma place",
    ),
    "registration.waiting_questioned": Wording(
        "Changement : {title}",
        ("{what_changed} Vous êtes sur la liste d'attente : viendrez-vous si une place se libère ?",),
        ("Confirmez que vous attendez toujours, ou quittez la liste, par le lien.",),
        "Rester sur la liste d'attente ou la quitter",
    ),
    "registration.question_withdrawn": Wording(
        "Date et lieu rétablis : {title}",
        ("La date et le lieu sont de nouveau ceux pour lesquels vous vous étiez inscrit.",),
        ("Votre inscription tient : vous n'avez rien à confirmer.",),
        _MANAGE,
    ),
    "registration.changed": Wording(
        "Changement : {title}",
        ("{what_changed} La date et le lieu restent les mêmes : votre inscription tient.",),
        ("Si vous ne voulez plus venir, annulez : votre place ira à quelqu'un d'autre.",),
        _MANAGE,
    ),
    "registration.kept": Wording(
        "Inscription gardée : {title}",
        ("C'est noté : vous gardez votre inscription.",),
        ("Si vous ne pouvez plus venir, annulez : votre place ira à quelqu'un d'autre.",),
        _MANAGE,
    ),
    "registration.cancelled": Wording(
        "Inscription annulée : {title}",
        ("C'est noté : votre inscription est annulée.",),
        ("Vous changez d'avis ? Vous pouvez vous inscrire à nouveau s'il reste des places.",),
    ),
    "registration.removed": Wording(
        "Votre inscription est retirée : {title}", ("La structure a retiré votre inscription.", "Motif : {reason}")
    ),
    "animation.cancelled": Wording("Annulée : {title}", ("Cette animation n'aura pas lieu.", "Motif : {reason}")),
    "animation.suspended": Wording(
        "Suspendue : {title}",
        ("La convention de la structure a pris fin : cette animation est suspendue, et n'aura peut-être pas lieu.",),
        ("Vous gardez votre inscription. Nous vous écrirons si l'animation est maintenue, ou si elle est annulée.",),
        _MANAGE,
    ),
    "animation.resumed": Wording(
        "Maintenue : {title}",
        ("Une nouvelle convention la couvre : cette animation est maintenue, et votre inscription tient.",),
        ("Si vous ne pouvez plus venir, annulez : votre place ira à quelqu'un d'autre.",),
        _MANAGE,
    ),
    "animation.moved": Wording("Changement : {title}", ("{what_changed}",)),
    "notice": Wording(
        "{subject}", ("{message}",), ("Connectez-vous pour en savoir plus.",), action="Voir", private=False
    ),
    "planning": Wording(
        "Les prochaines animations de {structure}",
        ("Voici les prochaines animations de {structure}.",),
        ("Vous pouvez transmettre ce message, et l'afficher.",),
        private=False,
    ),
    "candidature.received": Wording(
        "Votre candidature de Parent Ressource",
        ("Merci ! Votre candidature pour {school} est reçue. Nous vous écrirons quand elle sera examinée.",),
        action=_FOLLOW,
    ),
    "candidature.repeated": Wording(
        "Vous avez déjà une candidature de Parent Ressource",
        (
            "Cette adresse vient d'être indiquée pour une candidature pour {school}, ou pour un retrait, et vous y avez"
            " déjà une candidature.",
            "Elle tient, rien n'a changé : le lien ci-dessous la montre, et la retire si vous le voulez.",
        ),
        action=_FOLLOW,
    ),
    "candidature.validated": Wording(
        "Votre candidature est validée",
        (
            "Votre candidature de Parent Ressource pour {school} est validée. Le coordonnateur de votre territoire va"
            " vous contacter.",
        ),
        action=_FOLLOW,
    ),
    "candidature.certificate": Wording(
        "Votre attestation de bénévolat",
        ("Votre attestation de bénévolat auprès de {school} est délivrée : elle vous attend.",),
        action=_FOLLOW,
    ),
    "candidature.rejected": Wording(
        "Votre candidature",
        ("Votre candidature de Parent Ressource pour {school} n'est pas retenue.", "Motif : {reason}"),
    ),
    "candidature.withdrawn": Wording(
        "Votre candidature est retirée",
        (
            "C'est noté : votre candidature de Parent Ressource pour {school} est retirée. Nous ne vous écrirons plus à"
            " son sujet.",
        ),
    ),
    "invitation": Wording(
        "Invitation à parler pour {structure}",
        ("Vous êtes invité à parler pour {structure} dans Parentalité et Numérique. Le lien sert une fois.",),
        action="Accepter l'invitation",
    ),
}


@dataclass(frozen=True, slots=True)
class RenderedLetter:
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Footer:
    """The end of a letter: who sends it, whether they read replies, and how to unsubscribe."""

    structure: str | None = None
    answered: bool = False
    unsubscribe: str | None = None


def compose(
    kind: str,
    values: Mapping[str, str],
    sections: Sequence[Section] = (),
    link: str | None = None,
    footer: Footer = Footer(),
) -> RenderedLetter:
    """Render the letter in both forms. Raises KeyError if a placeholder has no value."""
    wording = WORDINGS[kind]
    subject = shorten(wording.subject.format_map(values), MAX_SUBJECT)
    action = wording.action if link else None
    context = {
        "subject": subject,
        "before": [paragraph.format_map(values) for paragraph in wording.before],
        "sections": sections,
        "after": [paragraph.format_map(values) for paragraph in wording.after],
        "action": action,
        "link": link,
        "private": action is not None and wording.private,
        "footer": footer,
        "mandatory_sentence": MANDATORY_SENTENCE,
    }
    templates = _templates()
    text, html = (templates.get_template(f"letter.{form}.jinja").render(context) for form in ("txt", "html"))
    return RenderedLetter(subject, text.strip() + "\n", html)


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("application.notifications"),
        autoescape=lambda name: name is not None and ".html." in name,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
