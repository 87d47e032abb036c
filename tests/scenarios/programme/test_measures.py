"""The programme's own measures over HTTP: strategies, school projects and their share, action-research groups."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from domain.kernel.actors import Role
from tests.support.people import AUDITOR, COLLEGE, COORDONNATEUR, HEAD, NATIONAL, TEACHER
from tests.support.server import Server, token
from web.core import french

CHER = token(Role.COORDONNATEUR, territories=["18"])
OTHER_HEAD = token(Role.HEAD, schools=["0340766Y"])
SCHOOLS = ["0340766Y", "0340767Z", COLLEGE]
STRATEGY: dict[str, Any] = {
    "territory": "34",
    "diagnosis": "Peu d'ateliers dans les quartiers nord.",
    "objectives": [{"label": "Familles accompagnées", "target": 250}],
    "targetSchools": SCHOOLS,
    "stakeholders": [{"name": "Académie", "kind": "État"}, {"name": "Département", "kind": "collectivité"}],
}
AT = """query ($id: ID!, $at: At) { strategy(id: $id, at: $at) {
  status stakeholders { validatedOn } allowedActions { action } } }"""
STRATEGIES = """query ($where: StrategyWhere) { strategies(where: $where) {
  nodes { edition status targetSchools { uai targeted } } } }"""
PROJECTS = "{ schoolProjects { nodes { uai hasPart school { hasPart projects { reason } } } } }"
SHARES = """query ($year: String, $at: At) { projectShares(schoolYear: $year, at: $at) {
  schoolYear goal targetSchools recorded schoolsWithPart share byTerritory { territory { code } share } } }"""
GROUP = """query ($id: ID!) { actionGroup(id: $id) {
  professions memberCount meetings { on } members { firstName profession } } }"""


class Programme:
    """Carries out the documents that people copy."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def does(self, operation: str, who: str, **values: Any) -> dict[str, Any]:
        payload = self._server.run(operation, who, input=values)
        assert payload["errors"] == [], payload["errors"]
        return dict(payload)

    def refusals(self, operation: str, who: str, **values: Any) -> list[tuple[str, list[str] | None, str]]:
        payload = self._server.run(operation, who, input=values)
        return [(error["code"], error["field"], error["message"]) for error in payload["errors"]]

    def is_adopted(self) -> str:
        strategy = self.does("210-write-a-strategy", COORDONNATEUR, **STRATEGY)["strategy"]["id"]
        on = self._server.clock.now.date().isoformat()
        for stakeholder in STRATEGY["stakeholders"]:
            values = {"strategyId": strategy, "stakeholder": stakeholder["name"], "on": on}
            self.does("212-validate-a-strategy", COORDONNATEUR, **values)
        return str(strategy)


@pytest.fixture
def programme(server: Server) -> Programme:
    server.clock.now = datetime(2026, 11, 2, 9, tzinfo=UTC)
    return Programme(server)


def test_a_strategy_is_adopted_once_all_have_validated_it_and_a_later_version_asks_all_again(programme, server):
    first = programme.does("210-write-a-strategy", COORDONNATEUR, **STRATEGY)["strategy"]
    assert (first["edition"], first["status"]) == (1, "WRITTEN")
    written_at, validate = server.clock.now, "212-validate-a-strategy"
    later = (written_at + timedelta(days=1)).date().isoformat()
    about = {"strategyId": first["id"], "on": later}
    ((code, field, message),) = programme.refusals(validate, COORDONNATEUR, **about, stakeholder="Mairie")
    assert (code, field) == ("INVALID", ["stakeholder"])
    assert "« Académie », « Département »" in message
    ((code, field, _),) = programme.refusals(validate, COORDONNATEUR, **about, stakeholder="Académie")
    assert (code, field) == ("INVALID", ["on"])
    server.clock.now += timedelta(days=2)
    assert programme.does(validate, COORDONNATEUR, **about, stakeholder="academie")["strategy"]["status"] == "WRITTEN"
    adopted = programme.does(validate, NATIONAL, **about, stakeholder="Département")["strategy"]
    assert (adopted["status"], adopted["adoptedOn"]) == ("ADOPTED", later)
    then = server.ask(AT, AUDITOR, id=first["id"], at={"instant": written_at.isoformat()})["strategy"]
    assert then == {"status": "WRITTEN", "stakeholders": [{"validatedOn": None}] * 2, "allowedActions": []}
    second = programme.does("210-write-a-strategy", COORDONNATEUR, **STRATEGY | {"targetSchools": SCHOOLS[:1]})
    assert [each["validatedOn"] for each in second["strategy"]["stakeholders"]] == [None, None]
    listed = server.ask(STRATEGIES, NATIONAL, where={"territory": ["34"]})["strategies"]["nodes"]
    assert [(each["edition"], each["status"]) for each in listed] == [(2, "WRITTEN"), (1, "SUPERSEDED")]
    assert [school["targeted"] for school in listed[1]["targetSchools"]] == [True, True, True]
    assert server.ask(SHARES)["projectShares"]["targetSchools"] == 3
    drafted, on = server.clock.now, {"on": server.clock.now.date().isoformat()}
    ((_, field, _),) = programme.refusals(
        validate, COORDONNATEUR, strategyId=second["strategy"]["id"], stakeholder="Académie", on=later
    )
    assert field == ["on"], "nobody validates what is not written yet"
    server.clock.now += timedelta(hours=1)
    for stakeholder in ("Académie", "Département"):
        values = {"strategyId": second["strategy"]["id"], "stakeholder": stakeholder, **on}
        programme.does(validate, COORDONNATEUR, **values)
    listed = server.ask(STRATEGIES, NATIONAL, where={"territory": ["34"]})["strategies"]["nodes"]
    assert [school["targeted"] for school in listed[1]["targetSchools"]] == [True, False, False]
    figures = "query($at: At) { programme(at: $at) { targetSchools strategiesAdopted } }"
    now, before = (server.ask(figures, at=at)["programme"] for at in (None, {"instant": drafted.isoformat()}))
    assert (now, before["targetSchools"]) == ({"targetSchools": 1, "strategiesAdopted": 1}, 3)
    assert server.ask(STRATEGIES, CHER)["strategies"]["nodes"] == []
    assert [error["extensions"]["code"] for error in server.errors(STRATEGIES, HEAD)] == ["FORBIDDEN"]
    assert [code for code, *_ in programme.refusals("210-write-a-strategy", CHER, **STRATEGY)] == ["FORBIDDEN"]


def test_target_schools_are_imported_with_a_dry_run_as_a_version_of_their_own(programme):
    strategy = programme.does("210-write-a-strategy", COORDONNATEUR, **STRATEGY)["strategy"]["id"]
    imports = "211-import-target-schools"
    unknown = programme.refusals(imports, COORDONNATEUR, strategyId=strategy, csv="UAI\n0340766Y\n0340769B")
    assert ("INVALID", ["csv", "uai"]) in [(code, field) for code, field, _ in unknown]
    assert "ligne 3 : UAI : 0340769B n'est pas encore connu : ajoutez son nom, sa commune et son degré." in unknown[-1]
    table = "UAI;nom;commune;degré;note\n0340766Y;?cole Jean Jaurès;Montpellier;1;x\n0340768A;École Rosa Parks;Sète;1;"
    rehearsed = programme.does(imports, COORDONNATEUR, strategyId=strategy, csv=table, dryRun=True)
    assert [rehearsed[name] for name in ("added", "known", "described", "removed")] == [1, 1, 2, 0]
    assert rehearsed["ignoredColumns"] == ["note"]
    assert [warning[:33] for warning in rehearsed["warnings"]] == ["ligne 2, nom : « ?cole » : le « ?"]
    assert rehearsed["validationsAsked"] == [each["name"] for each in STRATEGY["stakeholders"]]
    imported = programme.does(imports, COORDONNATEUR, strategyId=strategy, csv=table)["strategy"]
    assert (imported["edition"], imported["status"], imported["targetSchoolCount"]) == (2, "WRITTEN", 4)
    assert imported["diagnosis"] == STRATEGY["diagnosis"]
    again = programme.does(imports, COORDONNATEUR, strategyId=imported["id"], csv="UAI\n0340768A")
    assert [again[name] for name in ("added", "known", "described", "validationsAsked")] == [0, 1, 0, []]


def test_school_projects_are_recorded_corrected_and_their_share_read_as_of_any_day(programme, server):
    programme.is_adopted()
    began, record = server.clock.now, "217-record-a-school-project"
    values = {"uai": COLLEGE, "schoolYear": "2026-2027", "hasPart": True, "evidence": "Axe 3, conseil du 12 octobre."}
    school = programme.does(record, HEAD, **values)["school"]
    assert (school["hasPart"], school["targeted"]) == (True, True)
    server.clock.now += timedelta(days=30)
    ((code, field, _),) = programme.refusals(record, COORDONNATEUR, **values | {"hasPart": False})
    assert (code, field) == ("INVALID", ["reason"])
    reason = "Le conseil l'a rejeté"
    corrected = programme.does(record, COORDONNATEUR, **values | {"hasPart": False, "reason": reason})
    assert (corrected["project"]["version"], corrected["school"]["hasPart"]) == (2, False)
    assert [code for code, *_ in programme.refusals(record, NATIONAL, **values)] == ["FORBIDDEN"]
    now = server.ask(SHARES)["projectShares"]
    assert (now["schoolYear"], now["goal"], now["targetSchools"], now["share"]) == ("2026-2027", 0.25, 3, 0.0)
    then = server.ask(SHARES, year="2026-2027", at={"day": began.date().isoformat()})["projectShares"]
    (here,) = (each for each in then["byTerritory"] if each["territory"]["code"] == "34")
    assert (then["schoolsWithPart"], then["share"], here["share"]) == (1, 1 / 3, 1 / 3)
    assert server.ask(SHARES, year="2025/2026")["projectShares"]["recorded"] == 0
    for year in ("2019-2020", "2032-2033"):
        (refused,) = server.errors(SHARES, None, year=year)
        assert refused["extensions"]["code"] == "INVALID"
        assert "année scolaire attendue, de 2020-2021 à 2027-2028" in refused["message"]
    shown = {"uai": COLLEGE, "hasPart": False, "school": {"hasPart": False, "projects": [{"reason": reason}]}}
    assert server.ask(PROJECTS, HEAD)["schoolProjects"]["nodes"] == [shown]
    programme.does(record, HEAD, **values | {"schoolYear": "2025-2026"})
    page = httpx.get(f"{server.address}/programme?annee=2025-2026").text
    assert f"1 sur 3, soit {french.percent(1 / 3)}" in page
    assert server.ask(PROJECTS, OTHER_HEAD)["schoolProjects"]["nodes"] == []
    assert [error["extensions"]["code"] for error in server.errors(PROJECTS, TEACHER)] == ["FORBIDDEN"]


def test_a_group_meets_by_professions_and_its_members_are_erased_by_the_erasure_that_there_is(programme, server):
    opened = {"name": "GRAF écrans", "territory": "34", "subject": "Le temps d'écran"}
    about = {"groupId": programme.does("240-open-an-action-research-group", COORDONNATEUR, **opened)["group"]["id"]}
    person = {"firstName": "Aminata", "lastName": "Koné", "email": "a.kone@exemple.fr", "profession": "psychologue"}
    joined = programme.does("241-add-a-member-to-a-group", COORDONNATEUR, **about, **person)["group"]
    assert [(each["firstName"], each["leftAt"]) for each in joined["members"]] == [("Aminata", None)]
    met = {"on": "2026-10-12", "professions": ["Psychologue", "enseignante"], "outcome": "Un questionnaire."}
    recorded = programme.does("243-record-a-meeting-of-a-group", COORDONNATEUR, **about, **met)["group"]
    assert recorded["professions"] == ["psychologue", "enseignante"]
    (refused,) = programme.refusals(
        "248-correct-a-group", COORDONNATEUR, **about, name=opened["name"], reason="Une coquille"
    )
    assert refused[0] == "DUPLICATE"
    renamed = {"name": "GRAF temps d'écran", "reason": "Une coquille"}
    assert programme.does("248-correct-a-group", COORDONNATEUR, **about, **renamed)["group"]["name"] == renamed["name"]
    correct, later = "249-correct-a-meeting-of-a-group", met | {"on": "2026-10-13", "reason": "Le lendemain."}
    ((_, field, _),) = programme.refusals(correct, COORDONNATEUR, **about, **later, number=2)
    assert field == ["number"]
    corrected = programme.does(correct, COORDONNATEUR, **about, **later, number=1)["group"]
    assert [(each["number"], each["on"]) for each in corrected["meetings"]] == [(1, "2026-10-13")]
    assert server.ask(GROUP, AUDITOR, id=about["groupId"])["actionGroup"]["members"] is None
    assert server.ask(GROUP, CHER, id=about["groupId"])["actionGroup"] is None
    lesson = {"territory": "34", "kind": "LESSON", "title": "Ce que nous avons appris", "summary": "Trois ateliers."}
    lesson_input = lesson | {"text": "Venir à deux.", "themes": ["temps-ecran"], "audience": "parents"}
    proposed = programme.does("140-propose-a-publication", COORDONNATEUR, **lesson_input)["publication"]
    publication = {"publicationId": proposed["id"]}
    linked = programme.does("247-link-a-lesson-of-a-group", COORDONNATEUR, **about, **publication)["group"]
    assert [each["title"] for each in linked["lessons"]] == [lesson["title"]]
    programme.does("144-withdraw-a-publication", COORDONNATEUR, **publication, reason="Une erreur de chiffres.")
    lessons = "query ($id: ID!) { actionGroup(id: $id) { lessons { id } } }"
    assert server.ask(lessons, COORDONNATEUR, id=about["groupId"])["actionGroup"] == {"lessons": []}
    erased = programme.does("98-erase-a-person", NATIONAL, subject="a.kone@exemple.fr")
    assert "GROUP_MEMBER" in str(erased).upper()
    left = server.ask(GROUP, COORDONNATEUR, id=about["groupId"])["actionGroup"]
    assert (left["memberCount"], left["professions"]) == (0, ["psychologue", "enseignante"])
    assert left["members"] == [{"firstName": None, "profession": "psychologue"}]
    again = programme.does("241-add-a-member-to-a-group", COORDONNATEUR, **about, **person)["group"]
    assert again["memberCount"] == 1


@pytest.mark.parametrize(
    ("operation", "values"),
    [
        ("240-open-an-action-research-group", {"name": "Groupe des écoles", "subject": "Écrans"}),
        ("270-subscribe-a-system", {"url": "https://systeme.exemple.fr/evenements", "kinds": ["animation.*"]}),
        ("140-propose-a-publication", {"kind": "KIT", "title": "Kit", "summary": "Un kit.", "text": "Le kit."}),
    ],
)
def test_who_answers_for_several_territories_and_names_none_reads_which_to_choose_from(
    programme: Programme, operation: str, values: dict[str, Any]
) -> None:
    values |= {"themes": ["temps-ecran"]} if "kind" in values else {}
    both, message = token(Role.COORDONNATEUR, territories=["18", "34"]), "Territoire : indiquez lequel des vôtres, "
    wanted = ("INVALID", ["territory"], f"{message}Cher (18) ou Hérault (34).")
    assert programme.refusals(operation, both, **values) == [wanted]
    own = ("INVALID", ["territory"], "Territoire : indiquez le vôtre, Cher (18).")
    assert programme.refusals(operation, CHER, **values) == [own]
    for who in (HEAD, AUDITOR):
        assert [code for code, _, _ in programme.refusals(operation, who, **values)] == ["FORBIDDEN"]
    assert [code for code, _, _ in programme.refusals(operation, both, territory="13", **values)] == ["FORBIDDEN"]
