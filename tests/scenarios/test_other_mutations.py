"""The mutations beside the story: amendments, refusals, cancellations, the typology, the territories, erasure."""

from __future__ import annotations

from typing import Any

from domain.kernel.actors import Role
from tests.support.people import (
    ANIMATION,
    AUDITOR,
    CANDIDATURE,
    COORDONNATEUR,
    DIRECTOR,
    INSPECTOR,
    NATIONAL,
    OTHER_STRUCTURE,
    PARENT,
    SIRET,
    STRUCTURE,
    STRUCTURE_ID,
    People,
)
from tests.support.server import Clock, Server, token


def mutate(server: Server, who: str | None, mutation: str, answer: str, /, **values: Any) -> dict[str, Any]:
    """The payload of a mutation; `answer` selects from the thing."""
    document = (
        f"mutation($input: {mutation[0].upper()}{mutation[1:]}Input!) {{ {mutation}(input: $input)"
        f" {{ {answer} position errors {{ code message field }} }} }}"
    )
    payload: dict[str, Any] = server.ask(document, who, input=values)[mutation]
    assert (payload["position"] is None) == bool(payload["errors"])
    return payload


def test_a_convention_is_amended_and_terminated(people: People, server: Server):
    convention = people.sign()["convention"]["id"]
    shown = "convention { version coordonnateur ratePerAnimation validUntil terminatedOn terminationReason }"
    values = {"conventionId": convention, "ratePerAnimation": None, "coordonnateur": "Nouvelle coordination"}
    amended = mutate(server, COORDONNATEUR, "conventionAmend", shown, expectedVersion=1, **values)["convention"]
    assert (amended["version"], amended["ratePerAnimation"]) == (2, None)
    assert (amended["coordonnateur"], amended["validUntil"]) == ("Nouvelle coordination", "2027-08-31")

    end = {"conventionId": convention, "terminatedOn": "2027-01-31"}
    (silent,) = mutate(server, COORDONNATEUR, "conventionTerminate", shown, **end)["errors"]
    assert silent["field"] == ["reason"]
    ended = mutate(server, COORDONNATEUR, "conventionTerminate", shown, **end, reason="Fin d'activité.")["convention"]
    assert (ended["terminatedOn"], ended["terminationReason"]) == ("2027-01-31", "Fin d'activité.")
    (uncovered,) = people.is_refused("03-declare-an-animation", STRUCTURE, **ANIMATION)
    assert (uncovered["code"], uncovered["field"]) == ("RULE_BROKEN", ["startsAt"])
    elsewhere = token(Role.COORDONNATEUR, territories=["971"])
    (foreign,) = mutate(server, elsewhere, "conventionTerminate", shown, **end, reason="?")["errors"]
    assert foreign["code"] == "FORBIDDEN"


def test_a_refused_animation_is_corrected_and_submitted_again_and_can_be_cancelled(people: People, server: Server):
    people.sign()
    animation = people.declare()
    shown = "animation { version status title address refusalReason cancellationReason seats }"
    refused = mutate(server, NATIONAL, "animationRefuse", shown, animationId=animation, reason="Titre trop long.")
    assert (refused["animation"]["status"], refused["animation"]["version"]) == ("REFUSED", 2)
    own = server.ask("query($id: ID!) { animation(id: $id) { refusalReason } }", STRUCTURE, id=animation)
    assert own == {"animation": {"refusalReason": "Titre trop long."}}

    values = {"animationId": animation, "title": "Pronote", "address": None, "expectedVersion": 2}
    corrected = mutate(server, STRUCTURE, "animationModify", shown, **values, territory="34", structureId=STRUCTURE_ID)
    now = corrected["animation"]
    assert (now["status"], now["title"], now["address"], now["seats"]) == ("SUBMITTED", "Pronote", None, 12)
    wrong = {"animationId": animation, "title": "", "seats": 0, "startsAt": "demain", "venueName": None}
    errors = mutate(server, STRUCTURE, "animationModify", shown, **wrong)["errors"]
    assert {error["field"][0] for error in errors} == {"title", "seats", "startsAt", "venueName"}
    (moved,) = mutate(server, STRUCTURE, "animationModify", shown, animationId=animation, territory="971")["errors"]
    assert (moved["code"], moved["field"]) == ("RULE_BROKEN", ["territory"])
    (foreign,) = mutate(server, OTHER_STRUCTURE, "animationModify", shown, **values)["errors"]
    assert foreign["code"] == "FORBIDDEN"

    cancelled = mutate(server, STRUCTURE, "animationCancel", shown, animationId=animation, reason="Salle fermée.")
    assert cancelled["animation"]["status"] == "CANCELLED"
    (again,) = people.is_refused("06-publish-an-animation", NATIONAL, animationId=animation)
    assert again["code"] == "RULE_BROKEN"


def test_the_national_team_owns_the_typology(people: People, server: Server):
    shown = "term { code label retired became family }"
    new = {"kind": "THEME", "code": "intelligence-artificielle", "label": "Intelligence artificielle"}
    added = mutate(server, NATIONAL, "termAdd", shown, **new)["term"]
    assert (added["label"], added["family"]) == ("Intelligence artificielle", "DIGITAL_PARENTING")
    (twice,) = mutate(server, NATIONAL, "termAdd", shown, **new)["errors"]
    assert (twice["code"], twice["field"]) == ("RULE_BROKEN", ["code"])
    (namesake,) = mutate(server, NATIONAL, "termAdd", shown, **new | {"code": "autre", "label": "Jeux video"})["errors"]
    assert (namesake["code"], namesake["field"]) == ("RULE_BROKEN", ["label"])
    (foreign,) = mutate(server, STRUCTURE, "termAdd", shown, **new | {"code": "autre"})["errors"]
    assert foreign["code"] == "FORBIDDEN"

    named = {"kind": "THEME", "code": "intelligence-artificielle"}
    assert mutate(server, NATIONAL, "termRename", shown, **named, label="IA")["term"]["label"] == "IA"
    (namesake,) = mutate(server, NATIONAL, "termRename", shown, **named, label="temps d'écran")["errors"]
    assert (namesake["field"], "« Fusionner »" in namesake["message"]) == (["label"], True)
    (unknown,) = mutate(server, NATIONAL, "termRename", shown, kind="THEME", code="inconnu", label="?")["errors"]
    assert (unknown["code"], unknown["field"]) == ("NOT_FOUND", ["code"])
    missing = mutate(server, NATIONAL, "termMerge", shown)["errors"]
    assert {error["field"][0] for error in missing} == {"kind", "from", "into"}
    merge = {"kind": "THEME", "from": "intelligence-artificielle", "into": "temps-ecran"}
    merged = mutate(server, NATIONAL, "termMerge", shown, **merge)["term"]
    assert (merged["code"], merged["became"]) == ("intelligence-artificielle", ["temps-ecran"])
    retired = mutate(server, NATIONAL, "termRetire", shown, kind="THEME", code="jeux-video")["term"]
    assert retired["retired"] is True
    (stale,) = mutate(server, NATIONAL, "termRetire", shown, kind="THEME", code="educonnect", expectedVersion=1)[
        "errors"
    ]
    assert stale["code"] == "CONFLICT"
    people.sign()
    (offered,) = people.is_refused("03-declare-an-animation", STRUCTURE, **ANIMATION | {"themes": ["jeux-video"]})
    assert (offered["code"], offered["field"]) == ("RULE_BROKEN", ["themes", "0"])


def test_a_renaming_from_a_day_on_leaves_earlier_animations_their_words(people: People, server: Server):
    people.sign()
    before = people.declare()
    after = people.declare(startsAt="2027-04-01T00:00:00+02:00", endsAt="2027-04-01T02:00:00+02:00")
    renaming = {"kind": "THEME", "code": "ent-pronote", "label": "Espace numérique", "since": "2027-04-01"}
    shown = "term { label formerLabels { label until } }"
    term = mutate(server, NATIONAL, "termRename", shown, **renaming)["term"]
    assert term == {"label": "Espace numérique", "formerLabels": [{"label": "ENT - Pronote", "until": "2027-04-01"}]}

    def theme(animation: str) -> str:
        query = "query($id: ID!) { animation(id: $id) { themes { label } } }"
        return str(server.ask(query, STRUCTURE, id=animation)["animation"]["themes"][0]["label"])

    assert (theme(before), theme(after)) == ("ENT - Pronote", "Espace numérique")
    again = {**renaming, "label": "Espace de travail", "since": None}
    assert mutate(server, NATIONAL, "termRename", shown, **again)["term"]["formerLabels"] == []
    assert (theme(before), theme(after)) == ("Espace de travail",) * 2


def test_a_territory_joins_and_takes_candidatures(people: People, server: Server):
    shown = "territory { code name timeZone runsCandidatures }"
    new = {"code": "974", "name": "La Réunion", "timeZone": "Indian/Reunion"}
    joined = mutate(server, NATIONAL, "territoryJoin", shown, **new)["territory"]
    assert joined == new | {"runsCandidatures": False}
    (nowhere,) = mutate(server, NATIONAL, "territoryJoin", shown, **new | {"code": "976", "timeZone": "Mars"})["errors"]
    assert nowhere["field"] == ["timeZone"]
    # Neither is ever taken back: a code that no department has, and clocks by which every hour would be wrong.
    corsica = {"code": "20", "name": "Corse", "timeZone": "Europe/Paris"}
    caledonia = {"code": "988", "name": "Nouvelle-Calédonie", "timeZone": "Europe/Paris"}
    for wrong, field in ((corsica, "code"), (caledonia, "timeZone")):
        (error,) = mutate(server, NATIONAL, "territoryJoin", shown, **wrong)["errors"]
        assert (error["code"], error["field"]) == ("INVALID", [field])
    opened = mutate(server, NATIONAL, "territoryOpenCandidatures", shown, code="974")["territory"]
    assert opened["runsCandidatures"] is True
    people.does("12-submit-a-candidature", None, **CANDIDATURE | {"territory": "974", "schoolUai": "9740001H"})


def test_the_attestations_questions_are_worded_anew_and_answers_keep_their_version(
    people: People, server: Server, clock: Clock
):
    people.sign()
    animation = people.declare()
    people.publish(animation)
    values = {"questions": ["Une seule question ?"]}
    worded = mutate(server, NATIONAL, "attestationFormWord", "form { version questions }", **values)
    assert worded["form"] == {"version": 2, "questions": ["Une seule question ?"]}
    people.a_month_later()
    people.a_month_later()
    people.a_month_later()
    attest = {"animationId": animation, "parents": 3}
    (many,) = people.is_refused("08-attest-who-came", STRUCTURE, **attest, answers=["Oui", "Non"])
    assert many["field"] == ["answers"]
    people.does("08-attest-who-came", STRUCTURE, **attest, answers=["Oui"])
    document = "query($id: ID!) { animation(id: $id) { attestation { formVersion answers } } }"
    kept = server.ask(document, STRUCTURE, id=animation)["animation"]["attestation"]
    assert kept == {"formVersion": 2, "answers": ["Oui"]}


def test_a_candidature_is_rejected_or_withdrawn(people: People, server: Server):
    shown = "candidature { status decisionReason }"
    first = people.does("12-submit-a-candidature", PARENT, **CANDIDATURE)["candidature"]["id"]
    rejected = mutate(server, INSPECTOR, "candidatureReject", shown, candidatureId=first, reason="Hors secteur.")
    assert rejected["candidature"] == {"status": "REJECTED", "decisionReason": "Hors secteur."}
    second = people.does("12-submit-a-candidature", PARENT, **CANDIDATURE)["candidature"]["id"]
    withdrawn = mutate(server, PARENT, "candidatureWithdraw", shown, candidatureId=second)
    assert withdrawn["candidature"]["status"] == "WITHDRAWN"
    (late,) = people.is_refused("13-give-an-opinion", DIRECTOR, candidatureId=second, favourable=True)
    assert late["code"] == "RULE_BROKEN"


def test_a_parent_has_what_is_known_of_them_erased(people: People, server: Server):
    candidature = people.does("12-submit-a-candidature", PARENT, **CANDIDATURE)["candidature"]["id"]
    seen = "query($id: ID!) { candidature(id: $id) { firstName email erasedAt } }"
    assert server.ask(seen, NATIONAL, id=candidature)["candidature"]["firstName"] == "Prénom"
    (other,) = mutate(server, token(Role.PARENT, "autre"), "personErase", "erased", subject=candidature)["errors"]
    assert other["code"] == "FORBIDDEN"
    (public,) = mutate(server, None, "personErase", "erased", subject=candidature)["errors"]
    assert public["code"] == "UNAUTHENTICATED"

    assert mutate(server, PARENT, "personErase", "erased")["erased"] == [candidature]
    gone = server.ask(seen, NATIONAL, id=candidature)["candidature"]
    assert (gone["firstName"], gone["email"]) == (None, None)
    assert gone["erasedAt"] is not None
    assert mutate(server, NATIONAL, "personErase", "erased", subject=candidature)["errors"] == []
    (whom,) = mutate(server, NATIONAL, "personErase", "erased")["errors"]
    assert whom["field"] == ["subject"]
    assert people.history(AUDITOR, candidatureId=candidature)[-1]["type"] == "candidature.personal_data_erased"


def test_several_mutations_in_one_document_each_read_their_own_write(people: People, server: Server):
    people.sign()
    first, two = people.declare(title="Une"), people.declare(title="Deux")
    document = """mutation($one: ID!, $two: ID!) {
      a: animationPublish(input: { animationId: $one }) { animation { status version } }
      b: animationPublish(input: { animationId: $two }) { animation { status version } }
      c: animationRefuse(input: { animationId: $two, reason: "Trop tard" }) { animation { status } errors { code } }
    }"""
    published = {"animation": {"status": "PUBLISHED", "version": 2}}
    refused = {"animation": None, "errors": [{"code": "RULE_BROKEN"}]}
    assert server.ask(document, NATIONAL, one=first, two=two) == {"a": published, "b": published, "c": refused}
    assert server.run("02-see-the-account", STRUCTURE, siret=SIRET)["id"] == STRUCTURE_ID


def test_what_is_mandatory_may_be_left_out_of_a_change_and_is_never_null(people: People):
    people.sign()
    animation, modify = people.declare(), "47-modify-an-animation"
    mandatory = [
        "title",
        "description",
        "startsAt",
        "endsAt",
        "venueType",
        "venueName",
        "audience",
        "type",
        "themes",
        "seats",
    ]
    errors = people.is_refused(modify, STRUCTURE, animationId=animation, **dict.fromkeys(mandatory))
    assert {error["field"][0] for error in errors} == set(mandatory)
    changed = people.does(modify, STRUCTURE, animationId=animation, title="Autre", address=None)
    assert changed["animation"]["title"] == "Autre"
