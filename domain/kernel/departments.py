"""The names of departments and of what has a commune's code without being one (Code officiel géographique, 2026)."""

from __future__ import annotations

from collections.abc import Mapping

_LISTED = """
01 Ain|02 Aisne|03 Allier|04 Alpes-de-Haute-Provence|05 Hautes-Alpes|06 Alpes-Maritimes|07 Ardèche|08 Ardennes
09 Ariège|10 Aube|11 Aude|12 Aveyron|13 Bouches-du-Rhône|14 Calvados|15 Cantal|16 Charente|17 Charente-Maritime
18 Cher|19 Corrèze|21 Côte-d'Or|22 Côtes-d'Armor|23 Creuse|24 Dordogne|25 Doubs|26 Drôme|27 Eure|28 Eure-et-Loir
29 Finistère|2A Corse-du-Sud|2B Haute-Corse|30 Gard|31 Haute-Garonne|32 Gers|33 Gironde|34 Hérault
35 Ille-et-Vilaine|36 Indre|37 Indre-et-Loire|38 Isère|39 Jura|40 Landes|41 Loir-et-Cher|42 Loire|43 Haute-Loire
44 Loire-Atlantique|45 Loiret|46 Lot|47 Lot-et-Garonne|48 Lozère|49 Maine-et-Loire|50 Manche|51 Marne
52 Haute-Marne|53 Mayenne|54 Meurthe-et-Moselle|55 Meuse|56 Morbihan|57 Moselle|58 Nièvre|59 Nord|60 Oise
61 Orne|62 Pas-de-Calais|63 Puy-de-Dôme|64 Pyrénées-Atlantiques|65 Hautes-Pyrénées|66 Pyrénées-Orientales
67 Bas-Rhin|68 Haut-Rhin|69 Rhône|70 Haute-Saône|71 Saône-et-Loire|72 Sarthe|73 Savoie|74 Haute-Savoie|75 Paris
76 Seine-Maritime|77 Seine-et-Marne|78 Yvelines|79 Deux-Sèvres|80 Somme|81 Tarn|82 Tarn-et-Garonne|83 Var
84 Vaucluse|85 Vendée|86 Vienne|87 Haute-Vienne|88 Vosges|89 Yonne|90 Territoire de Belfort|91 Essonne
92 Hauts-de-Seine|93 Seine-Saint-Denis|94 Val-de-Marne|95 Val-d'Oise|971 Guadeloupe|972 Martinique|973 Guyane
974 La Réunion|975 Saint-Pierre-et-Miquelon|976 Mayotte|977 Saint-Barthélemy|978 Saint-Martin
984 Terres australes et antarctiques françaises|986 Wallis-et-Futuna|987 Polynésie française
988 Nouvelle-Calédonie|989 Île de Clipperton"""

#: Departments by code: "34", "2A", "971".
DEPARTMENTS: Mapping[str, str] = {
    code: name for code, _, name in (entry.partition(" ") for entry in _LISTED.replace("\n", "|").split("|") if entry)
}

_PARIS = ("Europe/Paris",)
#: The clocks of those that do not have Paris's. French Polynesia has three.
_CLOCKS: Mapping[str, tuple[str, ...]] = {
    **{"971": ("America/Guadeloupe",), "972": ("America/Martinique",), "973": ("America/Cayenne",)},
    **{"974": ("Indian/Reunion",), "975": ("America/Miquelon",), "976": ("Indian/Mayotte",)},
    **{"977": ("America/St_Barthelemy",), "978": ("America/Marigot",), "984": ("Indian/Kerguelen",)},
    **{"986": ("Pacific/Wallis",), "987": ("Pacific/Tahiti", "Pacific/Marquesas", "Pacific/Gambier")},
    "988": ("Pacific/Noumea",),
}


def clocks_of(code: str) -> tuple[str, ...]:
    """Return the time zones of a department, the usual one first."""
    return _CLOCKS.get(code, _PARIS)


def named_with_code(code: str) -> str:
    """Return what people call a department, and its code: "Hérault (34)"."""
    name = DEPARTMENTS.get(code)
    return code if name is None else f"{name} ({code})"
