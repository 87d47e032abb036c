"""The acts on the programme's own measures: strategies, school projects, action-research groups."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from web.core.acts import Act, with_number
from web.core.documents import document
from web.core.forms import Field, Form
from web.core.typed import PER_CENT, plain_number, quoted, wrong_decimal

_SEPARATORS = (":", ";")
_OBJECTIVES = "Un par ligne, avec sa cible. Exemples : Familles : 250 ; Écoles : 25 %"
#: Between two objectives of one line: what follows has words and a target of its own.
_NEXT = re.compile(r";(?=[^;:]*\w[^;:]*:)")
_LARGEST = 1_000_000_000


def _parted(line: str) -> tuple[str, str]:
    """Part a line at its last separator: « Familles accompagnées : 250 »."""
    place = max(line.rfind(each) for each in _SEPARATORS)
    return (line[:place].strip(), line[place + 1 :].strip()) if place > 0 else (line, "")


def _objective(line: str) -> tuple[str, float | None]:
    """Return the words and the target of a line; a target in per cent says so in the words: « Écoles : 25 % »."""
    label, figure = _parted(line)
    number = plain_number(figure, PER_CENT)
    in_per_cent = number != plain_number(figure) and not label.endswith("(en %)")
    target = float(number) if number is not None else None
    return (f"{label} (en %)" if in_per_cent else label), target if target is None or target <= _LARGEST else None


def _lines(lines: Sequence[str]) -> list[str]:
    """Return the objectives as they were typed, a line each, or several in one as the examples have them."""
    return [part.strip() for line in lines for part in _NEXT.split(line) if part.strip()]


def _check_objectives(form: Form) -> None:
    for line in _lines(form.values.get("objectives", "").splitlines()):
        if two_ways := wrong_decimal(_parted(line)[1], PER_CENT):
            form.errors["objectives"] = f"Objectifs : {quoted(line)} : {two_ways}."
            return
        if _objective(line)[1] is None:
            form.errors["objectives"] = (
                f"Objectifs : « {line[:80]} » n'a pas de cible. Finissez la ligne par un nombre, après deux"
                " points. Exemples : Familles : 250 ; Écoles : 25 %."
            )
            return


def _written(values: Mapping[str, Any]) -> dict[str, Any]:
    objectives = [_objective(line) for line in _lines(values.get("objectives", ()))]
    stakeholders = [_parted(line) for line in values.get("stakeholders", ())]
    parted = {
        "objectives": [{"label": label, "target": target} for label, target in objectives],
        "stakeholders": [{"name": name, "kind": kind or None} for name, kind in stakeholders],
    }
    return {**values, **{name: parts for name, parts in parted.items() if parts}}


WRITE = Act(
    "ecrire",
    document("measures/mutations/write"),
    "Écrire une stratégie, ou une nouvelle version",
    "Enregistrer cette version",
    "La version est enregistrée. Chaque partie prenante est invitée à la valider.",
    (
        Field("territory", "Territoire", "select", required=True),
        Field("diagnosis", "Diagnostic", "textarea", required=True),
        Field(
            "objectives",
            "Objectifs",
            "lines",
            _OBJECTIVES,
            True,
            parts=_lines,
        ),
        Field(
            "targetSchools",
            "Établissements cibles",
            "lines",
            "Un code UAI par ligne. Exemple : 0340005W",
            most_lines=3_000,
        ),
        Field("stakeholders", "Parties prenantes", "lines", "Une par ligne. Exemple : CAF : État", True),
        Field("writtenOn", "Jour du texte", "date", "Aujourd'hui si rien n'est indiqué. Personne ne la valide avant."),
    ),
    "Toutes les parties prenantes la valident à nouveau. Les chiffres suivent la version adoptée en dernier.",
    convert=_written,
    check=_check_objectives,
)
VALIDATE = Act(
    "valider",
    document("measures/mutations/validate"),
    "Relever la validation d'une partie prenante",
    "Enregistrer la validation",
    "La validation est enregistrée.",
    (
        Field("stakeholder", "Partie prenante", "select", required=True),
        Field("on", "Date de la validation", "date", required=True),
    ),
    "La dernière validation adopte la stratégie.",
    "STRATEGY_VALIDATE",
)
IMPORT = Act(
    "importer",
    document("measures/mutations/import_schools"),
    "Ajouter des établissements cibles depuis un tableau",
    "Ajouter ces établissements",
    "Les établissements sont ajoutés : c'est une nouvelle version, que chacun valide.",
    (
        Field(
            "csv",
            "Tableau",
            "textarea",
            "Première ligne : UAI, ou UAI;nom;commune;degré pour des établissements nouveaux.",
            True,
        ),
    ),
    explanation="C'est une nouvelle version de la stratégie : toutes les parties prenantes la valident de nouveau."
    " Aucun établissement n'est retiré.",
    code="STRATEGY_SCHOOLS_IMPORT",
    leads=lambda payload: f"/territoire/strategies/{payload['strategy']['id']}",
)
WITHDRAW_DOCUMENT = Act(
    "enlever",
    document("measures/mutations/withdraw_document"),
    "Enlever un document",
    "Enlever le document",
    "Le document est enlevé.",
    (Field("sha256", "Document", "select", required=True), Field("reason", "Motif", required=True)),
    "Le fichier est effacé. Le motif reste dans l'historique.",
    "STRATEGY_DOCUMENT_WITHDRAW",
)
RECORD = Act(
    "relever",
    document("measures/mutations/record"),
    "Relever le projet d'un établissement",
    "Enregistrer le relevé",
    "Le relevé est enregistré.",
    (
        Field("uai", "Établissement", hint="Son code UAI. Exemple : 0340005W", required=True),
        Field("schoolYear", "Année scolaire", hint="Exemple : 2026-2027", required=True),
        Field(
            "hasPart",
            "Le projet a-t-il un volet « numérique et parents » ?",
            "yesno",
            required=True,
            options=(("oui", "Oui"), ("non", "Non")),
        ),
        Field("evidence", "Ce qui le montre", "textarea", "Obligatoire si le projet a ce volet."),
        Field("reason", "Pourquoi corriger", hint="Si un relevé existe déjà pour cette année."),
    ),
)
OPEN = Act(
    "ouvrir",
    document("measures/mutations/open_group"),
    "Ouvrir un groupe de recherche-action",
    "Ouvrir le groupe",
    "Le groupe est ouvert.",
    (
        Field("name", "Nom du groupe", required=True),
        Field("territory", "Territoire", "select", "Aucun : un groupe national, par l'équipe nationale."),
        Field("subject", "Thème", required=True),
    ),
    leads=lambda payload: f"/territoire/groupes/{payload['group']['id']}",
)
ADD_MEMBER = Act(
    "ajouter",
    document("measures/mutations/add_member"),
    "Ajouter un membre",
    "Ajouter",
    "Le membre est ajouté.",
    (
        Field("firstName", "Prénom", required=True),
        Field("lastName", "Nom", required=True),
        Field("email", "Adresse e-mail", "email", "Format attendu : nom@exemple.fr", required=True),
        Field("profession", "Profession", required=True),
    ),
    "Son nom et son adresse sont chiffrés, et effacés à sa demande. Sa profession reste.",
    "ACTION_GROUP_MEMBER_ADD",
)
REMOVE_MEMBER = Act(
    "sortir",
    document("measures/mutations/remove_member"),
    "Noter qu'un membre quitte le groupe",
    "Enregistrer son départ",
    "Le départ du membre est noté.",
    (Field("memberId", "Membre", "select", required=True, needed=True),),
    "Sa profession reste dans les chiffres du groupe.",
    "ACTION_GROUP_MEMBER_REMOVE",
)
LINK_LESSON = Act(
    "enseigner",
    document("measures/mutations/link_lesson"),
    "Relier un retour d'expérience en ligne",
    "Relier",
    "Le retour d'expérience est relié au groupe.",
    (Field("publicationId", "Retour d'expérience", "select", required=True),),
    code="ACTION_GROUP_LESSON_LINK",
)
MEET = Act(
    "reunir",
    document("measures/mutations/record_meeting"),
    "Relever une réunion",
    "Enregistrer la réunion",
    "La réunion est enregistrée.",
    (
        Field("on", "Date de la réunion", "date", required=True),
        Field("professions", "Professions présentes", "lines", "Une par ligne, sans nom de personne.", True),
        Field("outcome", "Ce que la réunion a produit", "textarea", required=True),
    ),
    code="ACTION_GROUP_RECORD",
)
CORRECT = Act(
    "corriger",
    document("measures/mutations/correct_group"),
    "Corriger le nom ou le thème du groupe",
    "Enregistrer la correction",
    "La correction est enregistrée.",
    (
        Field("name", "Nom du groupe", required=True),
        Field("subject", "Thème", required=True),
        Field("reason", "Motif de la correction", "textarea", required=True),
    ),
    code="ACTION_GROUP_CORRECT",
)
CORRECT_MEETING = Act(
    "corriger-reunion",
    document("measures/mutations/correct_meeting"),
    "Corriger le relevé d'une réunion",
    "Enregistrer la correction",
    "La réunion est corrigée.",
    (
        Field("number", "Réunion", "select", required=True),
        Field("on", "Date de la réunion", "date", required=True),
        Field("professions", "Professions présentes", "lines", "Une par ligne, sans nom de personne.", True),
        Field("outcome", "Ce que la réunion a produit", "textarea", required=True),
        Field("reason", "Motif de la correction", "textarea", required=True),
    ),
    "Le relevé est écrit à nouveau en entier ; l'historique garde l'ancien.",
    "ACTION_GROUP_MEETING_CORRECT",
    convert=with_number,
)
CLOSE = Act(
    "clore",
    document("measures/mutations/close_group"),
    "Clore le groupe",
    "Clore le groupe",
    "Le groupe est clos.",
    (Field("conclusion", "Conclusion", "textarea"),),
    code="ACTION_GROUP_CLOSE",
)
