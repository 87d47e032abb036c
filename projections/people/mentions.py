"""What people wrote that may name somebody: it has keys of its own, so that whoever reads it decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from projections.engine.words import words


class MentionKind(StrEnum):
    """Kinds of things whose texts are looked through."""

    PUBLICATION = "PUBLICATION"
    REQUEST = "REQUEST"
    GROUP = "GROUP"
    STRATEGY = "STRATEGY"
    SCHOOL_PROJECT = "SCHOOL_PROJECT"


#: More are not named one by one.
_MOST = 20
#: So short a word is mostly none of a name.
_SHORTEST = 2
_ACCENTED, _PLAIN = "àâäáãéèêëíìîïóòôöõúùûüñçÿ", "aaaaaeeeeiiiiooooouuuuncy"
#: Things with texts that are few enough to be read through, newest first.
MENTIONS = f"""
WITH written (kind, id, name, texts, at) AS (
    SELECT 'PUBLICATION', publication_id, title, concat_ws(' ', title, summary, text, links, files), changed_at
    FROM {{publications}}
    UNION ALL SELECT 'REQUEST', request_id, to_char(sent_at, 'DD/MM/YYYY'), concat_ws(' ', text, reason), changed_at
    FROM {{animation_requests}}
    UNION ALL SELECT 'GROUP', group_id, name, concat_ws(' ', name, theme, meetings, conclusion), opened_at
    FROM {{action_groups}}
    UNION ALL SELECT 'STRATEGY', strategy_id, territory, concat_ws(' ', diagnosis, objectives, documents), written_at
    FROM {{strategies}}
    UNION ALL SELECT 'SCHOOL_PROJECT', project_id, uai, concat_ws(' ', evidence, reason), recorded_at
    FROM {{school_projects}}
)
SELECT kind, id, name FROM written
WHERE replace(translate(lower(texts), '{_ACCENTED}', '{_PLAIN}'), 'œ', 'oe') ~ ANY(%(patterns)s)
ORDER BY at DESC, id LIMIT {_MOST + 1}"""
_NAMED: Mapping[MentionKind, str] = {
    MentionKind.PUBLICATION: "La publication « {} »",
    MentionKind.REQUEST: "La demande d'animation du {}",
    MentionKind.GROUP: "Le groupe de recherche-action « {} »",
    MentionKind.STRATEGY: "La stratégie du territoire {}",
    MentionKind.SCHOOL_PROJECT: "Le projet de l'établissement {}",
}


def patterns(names: Iterable[str]) -> list[str]:
    """Return the regular expressions by which names are found as words of a text: whole, and the family name alone."""
    parts = [words(part) for name in names for part in (name, *_family_names(name))]
    return [r"\m" + r"\W+".join(each) + r"\M" for each in parts if len("".join(each)) > 1]


def _family_names(name: str) -> list[str]:
    """Return what of a whole name is the family's: it comes last, or is written in capitals."""
    parts = [] if "@" in name else name.split()
    return [part for part in parts if len(part) > _SHORTEST and (part is parts[-1] or part.isupper())]


def label(row: Mapping[str, Any]) -> str:
    return _NAMED[MentionKind(row["kind"])].format(row["name"])


def sentence(row: Mapping[str, Any]) -> str:
    """Return what to read again, in French, with the number by which its texts are erased."""
    return (
        f"{label(row)} peut nommer la personne : à relire ; s'il le faut, effacez ses textes en indiquant {row['id']}."
    )


def bounded(rows: Sequence[Mapping[str, Any]]) -> tuple[Sequence[Mapping[str, Any]], list[str]]:
    """Return those that are named one by one, and what to say of the others, in French."""
    return rows[:_MOST], ["D'autres textes encore peuvent la nommer."] if len(rows) > _MOST else []
