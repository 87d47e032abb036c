"""Who may use each mutation: every mutation of the schema, asked as everybody whom the table of rights does not name.

`tests/domain/kernel/test_rights.py` holds the table itself; this holds that no mutation goes round it, and that a
refusal tells nothing of what exists.
"""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

import pytest
from graphql import get_named_type, is_required_input_field
from starlette.datastructures import UploadFile

from api.schema import schema
from domain.kernel.actors import PUBLIC, Actor
from domain.kernel.errors import forbidden
from domain.kernel.rights import Action, Belongings, may, may_ever
from tests.support.api.rights_world import PARENT, WHO, Everything, called
from tests.support.papers.dossiers import pdf
from tests.support.world import STRUCTURE_ID, UAI

assert schema._schema.mutation_type is not None
MUTATIONS = schema._schema.mutation_type.fields


def test_every_mutation_has_its_row_in_the_table_of_rights():
    assert set(MUTATIONS) <= {action.value for action in Action}


#: What each mutation may be given beside the id of what it is about.
SAID: dict[str, dict[str, Any]] = {
    "animationAttest": {"parents": 3},
    "animationCancel": {"reason": "Neige"},
    "animationClone": {"startsAt": "2027-01-11T17:00:00Z", "endsAt": "2027-01-11T19:00:00Z"},
    "animationCreate": {
        "territory": "971",
        "title": "Café",
        "description": "Échanger.",
        "startsAt": "2027-01-11T17:00:00Z",
        "endsAt": "2027-01-11T19:00:00Z",
        "venueType": "ecole",
        "venueName": "Jean Jaurès",
        "audience": "parents",
        "type": "cafe-des-parents",
        "themes": ["ent-pronote"],
        "seats": 12,
    },
    "animationDraftKeep": {"content": "{}"},
    "animationModify": {"seats": 5},
    "animationRefuse": {"reason": "Hors sujet"},
    "animationRequest": {
        "schoolUai": UAI,
        "theme": "ent-pronote",
        "wishedFrom": "2027-01-11",
        "wishedUntil": "2027-02-11",
        "text": "Pour les parents de sixième.",
    },
    "animationRequestDecline": {"reason": "Personne n'est libre"},
    "animationRequestGiveBack": {"reason": "Animateur absent"},
    "animationsImport": {"csv": "titre;places\nCafé;12"},
    "animationRepeat": {"dates": [{"startsAt": "2027-01-11T17:00:00Z", "endsAt": "2027-01-11T19:00:00Z"}]},
    "animationsPublish": {"animationIds": [str(UUID(int=1))]},
    "animationTextBlank": {"version": 1, "reason": "Un nom"},
    "attestationCorrect": {"parents": 3, "reason": "Recompté"},
    "attendanceSheetWithdraw": {"sha256": "9f" * 32, "reason": "Autre animation"},
    "attestationFormWord": {"questions": ["Et ?"]},
    "auditorAdmit": {"subject": "auditrice", "until": "2030-01-01T00:00:00Z"},
    "coordonnateurAppoint": {"subject": "coordo", "territories": ["971"]},
    "invitationSend": {"email": "q@example.org"},
    "satisfactionFormWord": {"questions": [{"text": "Utile ?", "kind": "SCALE"}]},
    "schoolStaffBind": {"subject": "ien", "staffRole": "INSPECTOR", "territory": "971", "schools": [UAI]},
    "candidatureGiveOpinion": {"favourable": True},
    "animationVolunteersName": {"candidatureIds": []},
    "candidatureRecordAccompaniment": {"on": "2026-09-01", "mission": "ACCOMPANY", "parents": 3},
    "candidatureCorrectAccompaniment": {
        **{"number": 1, "on": "2026-09-01", "mission": "ACCOMPANY", "parents": 3, "reason": "Une erreur."}
    },
    "candidatureRecordContact": {"on": "2026-09-01"},
    "candidatureRecordPix": {"on": "2026-09-01"},
    "candidatureRecordTraining": {"on": "2026-09-01", "subject": "Pix"},
    "candidatureReject": {"reason": "Hors secteur"},
    "candidatureSubmit": {
        "territory": "971",
        "schoolUai": UAI,
        "degree": "FIRST",
        "firstName": "Prénom",
        "lastName": "Nom",
        "email": "p@example.org",
        "motivation": "Aider.",
    },
    "contactAdd": {"name": "École", "email": "e@example.org"},
    "contactsImport": {"csv": "nom;courriel\nÉcole;e@example.org"},
    "controlAnswer": {"piece": "dossier", "answer": "Voici"},
    "controlClose": {"conclusion": "Rien à redire"},
    "controlOpen": {
        "name": "Contrôle",
        "periodFrom": "2026-09-01",
        "periodUntil": "2026-09-30",
        "sharePercent": 10,
    },
    "certificationWithdraw": {"reason": "Feuille non signée"},
    "serviceRecoveryRecord": {"amount": "10.00", "recoveredOn": "2026-10-02", "reference": "TITRE-1"},
    "controlPieceJudge": {"piece": "dossier", "accepted": True},
    "conventionAmend": {"plannedAnimations": 3},
    "conventionSign": {
        "siret": "73282932000074",
        "structureName": "Autre",
        "territory": "971",
        "coordonnateur": "coordination",
        "signedOn": "2026-09-01",
        "validFrom": "2026-09-01",
        "validUntil": "2027-08-31",
    },
    "conventionTerminate": {"terminatedOn": "2027-01-01", "reason": "Fin prévue"},
    "mailPreferencesSet": {"email": "moi@example.org"},
    "notificationsMarkRead": {"ids": ["notification:1"]},
    "passkeyRegister": {"clientDataJSON": "e30", "attestationObject": "oA"},
    "passkeyRevoke": {"credentialId": "AAAA"},
    "passkeysWithdraw": {"subject": "quelqu'un", "reason": "LOST"},
    "personErase": {"subject": str(PARENT.person_id)},
    "publicationPropose": {
        "territory": "971",
        "kind": "NEWS",
        "title": "Rentrée",
        "summary": "Ce qui change.",
        "text": "Le détail.",
        "themes": ["ent-pronote"],
    },
    "publicationModify": {"title": "Rentrée 2026"},
    "publicationRefuse": {"reason": "Hors sujet"},
    "publicationWithdraw": {"reason": "Dépassée"},
    "publicationFileWithdraw": {"sha256": "9f" * 32},
    "questionnaireAnswer": {"answers": [{"question": 1, "scale": 4}]},
    "registrationCheckIn": {"present": True},
    "registrationRemove": {"reason": "En double"},
    "registrationSubmit": {"firstName": "Prénom", "lastName": "Nom", "email": "q@example.org"},
    "registrationSubmitFor": {"firstName": "Prénom", "lastName": "Nom"},
    "schoolsImport": {"csv": f"UAI;nom;commune\n{UAI};École des Flamboyants;97105"},
    "serviceAmendmentAccept": {"number": 1},
    "serviceAmendmentPropose": {"parents": 3, "reason": "Recompté"},
    "serviceAmendmentRefuse": {"number": 1, "reason": "Refusée"},
    "serviceDossierDiscard": {"reason": "Ouvert par erreur"},
    "serviceDossierOpen": {"periodFrom": "2026-09-01", "periodUntil": "2027-08-31"},
    "serviceDossierReturn": {"reason": "Incomplet"},
    "servicePaymentRecord": {"paidOn": "2026-10-01", "reference": "VIR-2"},
    "servicePieceAttach": {"piece": "Facture"},
    "servicePieceWithdraw": {"piece": "Facture", "sha256": "9f" * 32, "reason": "Erreur"},
    "structureMove": {"siret": "21180033901005", "on": "2026-09-01", "reason": "Déménagement"},
    "structureRename": {"name": "Autre nom", "reason": "Fusion"},
    "strategyWrite": {
        "territory": "971",
        "diagnosis": "Peu d'ateliers.",
        "objectives": [{"label": "Familles", "target": 250}],
        "targetSchools": [UAI],
        "stakeholders": [{"name": "Région", "kind": "collectivité"}],
    },
    "strategySchoolsImport": {"csv": f"UAI;nom;commune\n{UAI};École des Flamboyants;97105"},
    "strategyValidate": {"stakeholder": "Académie", "on": "2026-09-01"},
    "strategyDocumentAttach": {"heading": "Délibération"},
    "strategyDocumentWithdraw": {"sha256": "9f" * 32, "reason": "Une version provisoire"},
    "schoolProjectRecord": {"uai": UAI, "schoolYear": "2026-2027", "hasPart": False, "reason": "Non adopté"},
    "actionGroupOpen": {"name": "GRAF", "territory": "971", "subject": "Les écrans"},
    "actionGroupMemberAdd": {
        "firstName": "Prénom",
        "lastName": "Nom",
        "email": "g@example.org",
        "profession": "psychologue",
    },
    "actionGroupLessonLink": {"publicationId": str(UUID(int=1))},
    "actionGroupRecord": {"on": "2026-09-01", "professions": ["psychologue"], "outcome": "Un questionnaire"},
    "actionGroupCorrect": {"name": "GRAF", "subject": "Le temps d'écran", "reason": "Une coquille"},
    "actionGroupMeetingCorrect": {
        **{"number": 1, "on": "2026-09-01", "professions": ["psychologue"], "outcome": "Deux", "reason": "Une erreur"}
    },
    "termAdd": {"kind": "THEME", "code": "autre", "label": "Autre"},
    "termMerge": {"kind": "THEME", "from": "educonnect", "into": "ent-pronote"},
    "termRename": {"kind": "THEME", "code": "educonnect", "label": "ÉduConnect"},
    "termRetire": {"kind": "THEME", "code": "educonnect"},
    "termSplit": {"kind": "THEME", "code": "educonnect", "parts": [{"into": "ent-pronote"}, {"into": "jeux-video"}]},
    "territoryJoin": {"code": "95", "name": "Val-d'Oise", "timeZone": "Europe/Paris"},
    "territoryOpenCandidatures": {"code": "02"},
    "logoSet": {"territory": "971"},
    "logoWithdraw": {"territory": "971"},
    "walkInsCount": {"parents": 1},
    "webhookReplay": {"fromPosition": 1},
    "webhookSubscribe": {"territory": "971", "url": "https://systeme.exemple.fr/", "kinds": ["animation.*"]},
}
#: By a link, or by the id of the candidature.
HELD = {
    "registrationCancel": "link",
    "registrationKeep": "link",
    "invitationAccept": "invitation",
    "questionnaireAnswer": "questionnaire",
}
CANDIDATES = {
    "candidatureWithdraw",
    "candidatureRequestCertificate",
    "candidatureRecordAccompaniment",
    "candidatureCorrectAccompaniment",
}
_ANSWER = "__typename errors { code message field }"
_WITHOUT_CAUSE = forbidden().problems[0].message
_OF_NOBODY = str(UUID(int=(4 << 76) + (2 << 62) + 99))


def sound_input(mutation: str, ids: dict[str, str], known: bool) -> dict[str, Any]:
    """Return an input without faults, about what is ours or about what there is none of."""
    input_type = get_named_type(MUTATIONS[mutation].args["input"].type)
    values: dict[str, Any] = dict(SAID.get(mutation, {}))
    for name, field in input_type.fields.items():
        if name == "link" and mutation in HELD:
            values[name] = ids[HELD[mutation]]
        elif name != "link" and name in ids and (is_required_input_field(field) or mutation in CANDIDATES):
            values[name] = ids[name] if known else _OF_NOBODY
        elif name == "file" and "csv" not in values:
            values[name] = UploadFile(io.BytesIO(pdf()), filename="liste.pdf")
    return values


def reaches(who: Actor, mutation: str) -> bool:
    """Return whether the table lets that person do it with what is ours."""
    ours = Belongings(STRUCTURE_ID, frozenset(["971"]), UAI, PARENT.person_id, frozenset(["971"]))
    return may(who, Action(mutation), ours)


@pytest.mark.parametrize("mutation", sorted(MUTATIONS))
def test_each_mutation_is_refused_to_those_whom_the_table_does_not_name_whether_the_thing_exists_or_not(
    everything: Everything, mutation: str
):
    field = MUTATIONS[mutation]
    document = f"mutation ($input: {field.args['input'].type}) {{ one: {mutation}(input: $input) {{ {_ANSWER} }} }}"
    wrong = []
    for who in (somebody for somebody in WHO if not reaches(somebody, mutation)):
        code = "UNAUTHENTICATED" if who is PUBLIC else "FORBIDDEN"
        refusals = []
        for known in (True, False):
            answer = everything.reader.asks(document, who, input=sound_input(mutation, everything.ids, known))
            refusals.append(answer.data["one"])
        for refusal in refusals:
            if [error["code"] for error in refusal["errors"]] != [code]:
                wrong.append(f"{called(who)}: {refusal['errors']}")
            elif who is not PUBLIC and refusal["errors"][0]["message"] == _WITHOUT_CAUSE:
                wrong.append(f"{called(who)} is not told who may")
            if refusal["__typename"] != str(field.type).rstrip("!"):
                wrong.append(f"{called(who)}: answered {refusal['__typename']}")
        if refusals[0] != refusals[1]:
            wrong.append(f"{called(who)}: {refusals[0]} of what exists, {refusals[1]} of what does not")
    assert not wrong, "\n".join(wrong)


def test_who_may_never_do_something_is_told_so_whatever_is_missing(everything: Everything):
    wrong = []
    for mutation in sorted(set(MUTATIONS) - HELD.keys() - CANDIDATES):
        field = MUTATIONS[mutation]
        document = f"mutation ($input: {field.args['input'].type}) {{ one: {mutation}(input: $input) {{ {_ANSWER} }} }}"
        sound, fields = sound_input(mutation, everything.ids, True), get_named_type(field.args["input"].type).fields
        least = {name: value for name, value in sound.items() if is_required_input_field(fields[name])}
        for who in (somebody for somebody in WHO if not may_ever(somebody, Action(mutation))):
            answer = everything.reader.asks(document, who, input=least)
            codes = [error["code"] for error in answer.data["one"]["errors"]]
            if codes != ["UNAUTHENTICATED" if who is PUBLIC else "FORBIDDEN"]:
                wrong.append(f"{mutation} {called(who)}: {codes}")
    assert not wrong, "\n".join(wrong)
