"""Schools over GraphQL: imported, chosen by commune and name, and known by whatever names them."""

from __future__ import annotations

from typing import Any

from api.downloads.csv_table import csv_table
from application.accounts.commands import SchoolStaffBind
from domain.kernel.actors import PUBLIC, Actor, Role
from tests.support.api.asking import NATIONAL, Town, coordonnateur

SCHOOLS = """query ($where: SchoolWhere, $first: Int, $after: String) {
  schools(where: $where, first: $first, after: $after) {
    totalCount pageInfo { endCursor }
    nodes { id uai name label degree commune { name } territory { code } targeted hasPart }
  }
}"""
IMPORT = """mutation ($input: SchoolsImportInput!) {
  schoolsImport(input: $input) { added changed known position ignoredColumns errors { code field message } }
}"""
TABLE = "UAI;nom;commune;degré\n0340766Y;École Jean Jaurès;Montpellier;1\n0340767Z;Collège Jules Verne;Sète;2"


def _named(town: Town, **where: Any) -> list[str]:
    """The labels of the first schools that pass the filter."""
    return [school["label"] for school in town.asks(SCHOOLS, where=where, first=3).data["schools"]["nodes"]]


def _imports(town: Town, table: str, territory: str = "34", **values: Any) -> dict[str, Any]:
    payload: dict[str, Any] = town.asks(IMPORT, coordonnateur(territory), input={"csv": table, **values}).data
    return dict(payload["schoolsImport"])


def test_a_table_of_schools_is_rehearsed_then_imported_and_changes_nothing_a_second_time(town: Town):
    rehearsed = _imports(town, TABLE, dryRun=True)
    assert (rehearsed["added"], rehearsed["changed"], rehearsed["errors"]) == (2, 0, [])
    assert _named(town, text="jaures montpellier") == []
    assert _imports(town, TABLE)["added"] == 2
    again = _imports(town, TABLE)
    assert (again["added"], again["changed"], again["known"], again["errors"]) == (0, 0, 2, [])
    shown = town.asks(SCHOOLS, where={"commune": ["34172", "34301"], "text": "j"}, first=9).data["schools"]["nodes"]
    rows = [(school["uai"], school["name"], school["commune"]["name"], school["degree"]) for school in shown]
    table = b"".join(csv_table(("UAI", "Nom", "Commune", "Degré"), rows)).decode()
    assert len(rows) == _imports(town, table)["known"] >= 2, "as it is shown by us"
    renamed = _imports(town, TABLE.replace("Jean Jaurès", "Rosa Parks"))
    assert (renamed["added"], renamed["changed"]) == (0, 1)
    assert _named(town, text="parks montpellier") == ["École Rosa Parks, Montpellier"]
    assert _named(town, text="parks 34080") == ["École Rosa Parks, Montpellier"]
    assert _named(town, text="parks 34200") == []
    refused = _imports(town, TABLE.replace("Sète", "Atlantis"))
    assert [error["field"] for error in refused["errors"]] == [["csv", "commune"]]
    assert refused["errors"][0]["message"].startswith("ligne 3 : commune : inconnue")
    elsewhere = _imports(town, TABLE, "18")
    assert {error["code"] for error in elsewhere["errors"]} == {"FORBIDDEN"}


def test_a_school_is_chosen_by_commune_and_name_by_anybody(town: Town):
    _imports(town, TABLE)
    (jaures,) = town.asks(SCHOOLS, PUBLIC, where={"text": "0340766y"}).data["schools"]["nodes"]
    assert jaures == {
        "id": "school:0340766Y",
        "uai": "0340766Y",
        "name": "École Jean Jaurès",
        "label": "École Jean Jaurès, Montpellier",
        "degree": "FIRST",
        "commune": {"name": "Montpellier"},
        "territory": {"code": "34"},
        "targeted": False,
        "hasPart": None,
    }
    assert _named(town, commune=["34301"], degree="SECOND", text="verne") == ["Collège Jules Verne, Sète"]
    assert _named(town, commune=["34301"], degree="FIRST") == []
    assert "École Jean Jaurès, Montpellier" in _named(town, around="34057", degree="FIRST")
    assert town.asks(SCHOOLS, where={"commune": ["34999"]}).codes == ["INVALID"]


def test_a_school_is_found_however_its_saint_its_hyphens_and_its_apostrophe_are_typed(town: Town):
    table = "UAI;nom;commune;degré\n0340911F;École St-Joseph;Sète;1\n0340912G;École Sainte-Thérèse de l’Étang;Sète;1"
    assert _imports(town, table)["added"] == 2
    for typed in ("saint joseph", "St Joseph", "st-joseph sete", "sète SAINT JOSEPH", "joseph 34200", "0340911f"):
        assert _named(town, degree="FIRST", text=typed) == ["École St-Joseph, Sète"], typed
    for typed in ("ste therese", "Sainte-Thérèse", "thérèse l'etang", "etang ste"):
        assert _named(town, degree="FIRST", text=typed) == ["École Sainte-Thérèse de l’Étang, Sète"], typed
    assert _named(town, degree="FIRST", text="saint thérèse joseph") == []


def test_the_shipped_lycees_and_what_names_a_school_make_it_known(town: Town):
    every = town.asks(SCHOOLS, where={"territory": ["88"]}, first=2).data["schools"]
    assert every["totalCount"] > 20
    assert all(school["degree"] == "SECOND" and school["name"].startswith("Lycée") for school in every["nodes"])
    after = town.asks(SCHOOLS, where={"territory": ["88"]}, first=2, after=every["pageInfo"]["endCursor"]).data
    assert {school["uai"] for school in after["schools"]["nodes"]}.isdisjoint(s["uai"] for s in every["nodes"])
    town.applies()
    staff = {"staff_role": "director", "territory": "18", "schools": ("0180766K",)}
    town.does(SchoolStaffBind(subject="directrice", **staff), NATIONAL)
    assert _named(town, territory=["34"], text="0349102J") == ["Établissement (Hérault, UAI 0349102J)"]
    assert _named(town, territory=["18"], degree="FIRST") == ["École (Cher, UAI 0180766K)"]
    nodes = '{ one: node(id: "school:0180766K") { id } other: node(id: "school:0180767L") { id } }'
    assert town.asks(nodes).data == {"one": {"id": "school:0180766K"}, "other": None}


def test_schools_stand_by_name_beside_the_uais_of_who_speaks_for_them(town: Town):
    _imports(town, TABLE)
    uais = ("0340766Y", "0349102J")
    bound = SchoolStaffBind(subject="inspectrice", staff_role="inspector", territory="34", schools=uais)
    town.does(bound, coordonnateur("34"))
    named = [{"label": "École Jean Jaurès, Montpellier"}, {"label": "École (Hérault, UAI 0349102J)"}]
    (mandate,) = town.asks("{ mandates(role: INSPECTOR) { schools inSchools { label } } }", NATIONAL).data["mandates"]
    assert mandate == {"schools": list(uais), "inSchools": named}
    viewer = town.asks("{ viewer { inSchools { label } } }", Actor(Role.INSPECTOR, "ien", schools=frozenset(uais))).data
    assert viewer["viewer"]["inSchools"] == named
