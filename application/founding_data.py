"""The territories, the typology and the attestation's questions that a new database starts with.

`application.founding` records them as events; from then on the log is the source, and the national team changes it by
commands. The descriptions are ours; the facts come from the programme's texts.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.typology.typology import TermKind, ThemeFamily

_PARIS = "Europe/Paris"


@dataclass(frozen=True, slots=True)
class FoundingTerritory:
    code: str
    name: str
    runs_candidatures: bool = False
    time_zone: str = _PARIS


@dataclass(frozen=True, slots=True)
class FoundingTerm:
    kind: TermKind
    code: str
    label: str
    description: str
    family: ThemeFamily | None = None
    admits_children: bool = False


TERRITORIES = (
    FoundingTerritory("02", "Aisne"),
    FoundingTerritory("13", "Bouches-du-Rhône", runs_candidatures=True),
    FoundingTerritory("18", "Cher", runs_candidatures=True),
    FoundingTerritory("2A", "Corse-du-Sud"),
    FoundingTerritory("25", "Doubs", runs_candidatures=True),
    FoundingTerritory("29", "Finistère"),
    FoundingTerritory("34", "Hérault", runs_candidatures=True),
    FoundingTerritory("38", "Isère"),
    FoundingTerritory("86", "Vienne", runs_candidatures=True),
    FoundingTerritory("88", "Vosges", runs_candidatures=True),
    FoundingTerritory("95", "Val-d'Oise"),
    FoundingTerritory("971", "Guadeloupe", runs_candidatures=True, time_zone="America/Guadeloupe"),
)

_SCHOOL, _PARENTING = ThemeFamily.SCHOOL_TOOLS, ThemeFamily.DIGITAL_PARENTING


def _theme(code: str, label: str, family: ThemeFamily, description: str) -> FoundingTerm:
    return FoundingTerm(TermKind.THEME, code, label, description, family)


def _type(code: str, label: str, description: str, admits_children: bool = False) -> FoundingTerm:
    return FoundingTerm(TermKind.ANIMATION_TYPE, code, label, description, admits_children=admits_children)


def _venue(code: str, label: str, description: str) -> FoundingTerm:
    return FoundingTerm(TermKind.VENUE_TYPE, code, label, description)


def _audience(code: str, label: str, description: str) -> FoundingTerm:
    return FoundingTerm(TermKind.AUDIENCE, code, label, description)


TERMS = (
    _theme(
        "acces-aux-droits",
        "Accès aux droits",
        _SCHOOL,
        "Faire en ligne les démarches des familles : cantine, périscolaire, pass Culture, bourses, orientation.",
    ),
    _theme(
        "cyberharcelement",
        "Cyberharcèlement",
        _PARENTING,
        "Reconnaître le harcèlement en ligne, le prévenir, le signaler.",
    ),
    _theme("educonnect", "Educonnect", _SCHOOL, "Ouvrir son compte Educonnect et s'en servir."),
    _theme(
        "ent-pronote",
        "ENT - Pronote",
        _SCHOOL,
        "Suivre la scolarité de son enfant dans l'espace numérique de travail : à quoi il sert, comment l'utiliser.",
    ),
    _theme(
        "jeux-video",
        "Jeux vidéo",
        _PARENTING,
        "Choisir un jeu selon l'âge (PEGI), fixer des règles, réagir à un contenu qui ne convient pas.",
    ),
    _theme(
        "prise-en-main-equipements",
        "Prise en main d'équipements",
        _SCHOOL,
        "Utiliser tablette, ordinateur ou téléphone pour l'école.",
    ),
    _theme(
        "reseaux-sociaux-donnees",
        "Réseaux sociaux, données personnelles",
        _PARENTING,
        "Protéger la vie privée de la famille : réglages de confidentialité, traces laissées, recours.",
    ),
    _theme(
        "temps-ecran",
        "Temps d'écran",
        _PARENTING,
        "Ce que l'on sait des effets des écrans, et les moyens d'en régler l'usage à la maison.",
    ),
    _theme(
        "autre-numerique-scolaire",
        "Autre « Numérique scolaire »",
        _SCHOOL,
        "Tout autre sujet touchant aux outils numériques de l'école.",
    ),
    _theme(
        "autre-parentalite-numerique",
        "Autre « Parentalité et numérique »",
        _PARENTING,
        "Tout autre sujet touchant à l'éducation des enfants au numérique.",
    ),
    _type("atelier-parents", "Atelier parents", "Les parents manipulent eux-mêmes un outil ou un service."),
    _type(
        "atelier-parents-enfants",
        "Atelier parents-enfants",
        "Parents et enfants manipulent ensemble ; les uns et les autres sont comptés à part.",
        admits_children=True,
    ),
    _type("cafe-des-parents", "Café des parents", "Un échange entre parents autour d'un sujet, sans manipulation."),
    _type("seminaire", "Séminaire", "Une rencontre plus longue, avec des intervenants."),
    _type(
        "formation-mediateurs",
        "Formation de médiateurs",
        "Prépare les personnes qui animent à accompagner les parents.",
    ),
    _venue("ecole", "École", "École maternelle, élémentaire ou primaire."),
    _venue("college", "Collège", "Collège public ou privé."),
    _venue("lycee", "Lycée", "Lycée général, technologique, professionnel ou polyvalent."),
    _venue("centre-social", "Centre social", "Centre social ou socioculturel, espace de vie sociale."),
    _venue("mediatheque", "Médiathèque", "Médiathèque ou bibliothèque."),
    _venue("mairie", "Mairie", "Mairie ou autre salle de la commune."),
    _venue("ccas", "CCAS", "Centre communal ou intercommunal d'action sociale."),
    _venue("maison-de-quartier", "Maison de quartier", "Maison de quartier ou maison des habitants."),
    _venue("mjc", "MJC", "Maison des jeunes et de la culture."),
    _venue("tiers-lieu", "Tiers-lieu", "Tiers-lieu, espace public numérique, atelier de fabrication."),
    _venue("france-services", "France services", "Espace France services."),
    _venue("en-ligne", "En ligne", "À distance, par visioconférence."),
    _venue("autre", "Autre lieu", "Un lieu qui n'est pas dans la liste."),
    _audience("parents", "Parents", "Les parents d'élèves."),
    _audience("mediateurs", "Médiateurs", "Les personnels médiateurs des structures partenaires."),
)

# Our wording: the programme's texts mention two questions without giving them.
# The national team rewords them with `AttestationFormWord`, which makes version 2; attestations keep their version.
QUESTIONS = (
    "Quels besoins les parents présents ont-ils exprimés ?",
    "Qu'est-ce qui serait à refaire, ou à changer, la prochaine fois ?",
)
