"""Tables of schools as people make them, and as the State publishes them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from application.schools.school_file import read_schools
from application.strategies.target_file import read_targets
from application.tables.decoding import text_of
from domain.kernel.errors import DomainError
from domain.kernel.schools import Degree
from domain.schools.school import School

JAURES = School("0180766K", "École Jean Jaurès", "18033", Degree.FIRST)
#: The first columns of the State's directory of education.
DIRECTORY = (
    "Identifiant_de_l_etablissement;Nom_etablissement;Type_etablissement;Statut_public_prive;Adresse_1;Code_postal;"
    "Code_commune;Nom_commune;Code_departement\n"
    "0180766K;École Jean Jaurès;Ecole;Public;1 rue Haute;18000;18033;Bourges;018\n"
    "0180035R;Collège Jules Verne;Collège;Public;;18000;18033;Bourges;018\n"
)


@pytest.mark.parametrize(
    "table",
    [
        "UAI;nom;commune;degré\n0180766K;École Jean Jaurès;Bourges;premier degré",
        "Commune,Nom,code UAI,Degré\r\nBOURGES CEDEX,École Jean Jaurès,0180766-k,1D\r\n",
        "uai\tnom\tcode postal\n0180766K\tÉcole Jean Jaurès\t18000",
        "UAI;nom;commune;type\n0180766K;École Jean Jaurès;18033;École élémentaire",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16", "mac_roman"])
def test_a_school_is_read_from_any_usual_table(table, encoding):
    assert read_schools(text_of(table.encode(encoding))).schools == [JAURES]


def test_marks_that_are_pasted_with_a_school_keep_nobody_from_finding_it():
    table = "UAI;nom;commune;degré\n\u200e0180766K\u200b;École\u00ad Jean Jaurès;18033;premier degré"
    assert read_schools(table).schools == [JAURES]
    targets = read_targets(f"{table}\n0180035R\ufeff;\u200b;;")
    assert targets.uais == ("0180766K", "0180035R")
    assert targets.described.schools == [JAURES]


def test_the_states_directory_is_read_as_it_is():
    file = read_schools(DIRECTORY)
    assert file.schools == [JAURES, School("0180035R", "Collège Jules Verne", "18033", Degree.SECOND)]
    assert [row.number for row in file.rows] == [2, 3]
    assert list(file.ignored) == ["Statut_public_prive", "Adresse_1", "Code_departement"]


def test_a_city_is_taken_by_its_arrondissement_where_the_postal_code_names_it():
    rows = "UAI;nom;commune;code postal\n0130043B;Lycée Victor Hugo;Marseille 03;13003\n0131234W;École X;Marseille;"
    assert [school.commune_code for school in read_schools(rows).schools] == ["13203", "13055"]


def test_every_unusable_row_is_named_with_its_line_and_column():
    table = (
        "UAI;nom;commune;degré\n"
        "0180766Z;École Jean Jaurès;Bourges;1\n"
        "0180766K;;Bourges;1\n"
        "0180766K;École Jean Jaurès;Bourges-Nord;1\n"
        "0180766K;Jean Jaurès;Bourges;\n"
        "0180766K;École Jean Jaurès;Bourges;1\n"
        "0180766K;École Jean Jaurès;Bourges;1\n"
        "9850001Y;École du Port;Nouméa;1\n"
    )
    with pytest.raises(DomainError) as refused:
        read_schools(table)
    assert [(problem.message.split(" : ")[0], problem.field[-1]) for problem in refused.value.problems] == [
        ("ligne 2", "uai"),
        ("ligne 3", "name"),
        ("ligne 4", "commune"),
        ("ligne 5", "degree"),
        ("ligne 7", "uai"),
        ("ligne 8", "commune"),
    ]
    messages = [problem.message for problem in refused.value.problems]
    assert messages[2].startswith("ligne 4 : commune : inconnue dans le département Cher (18) : indiquez")
    # Of no department.
    assert messages[5].startswith("ligne 8 : commune : inconnue : indiquez")


@pytest.mark.parametrize("read", [read_schools, read_targets])
def test_a_wrong_cell_is_named_by_the_columns_as_they_stand_in_the_table(read: Callable[[str], object]):
    header = "identifiant_de_l_etablissement;nom_etablissement;Ville;CP"
    rows = ("0180766K;Jean Jaurès;Bourges;18000", "0180766K1;École;Bourges;18000", "0180035R;École;Trifouilly;99999")
    with pytest.raises(DomainError) as refused:
        read("\n".join((header, *rows)))
    degree, uai, commune = (problem.message for problem in refused.value.problems)
    assert degree.startswith("ligne 2 : colonne « degré » absente : « premier degré »")
    assert uai.startswith("ligne 3 : identifiant_de_l_etablissement : ")
    assert commune.startswith("ligne 4 : Ville et CP : inconnue dans le département")
