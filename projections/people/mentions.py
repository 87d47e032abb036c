"""Find texts that may name somebody: they have keys of their own, so that whoever reads them decides."""

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
#: Shorter words are mostly no part of a name.
_SHORTEST = 2
#: The letters of words in any alphabet, listed here: PostgreSQL's notion of a letter depends on where it runs.
_LETTERS = "a-zA-Z0-9\\u00c0-\\u1fff\\u2c00-\\u2dff\\u3040-\\uffff"
#: From here on are alphabets that write no spaces between words.
_WITHOUT_SPACES = "\u3040"
#: Whether `texts` match one of the `patterns`: folded as `words` folds names. In JSON, lines end with `\\n`.
NAMED = (
    r"lower(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(normalize(texts, NFKD),"
    r" '[\u0300-\u036f]', '', 'g'), '\\[nrt]', ' ', 'g'), '[œŒ]', 'oe', 'g'), '[æÆ]', 'ae', 'g'), '[ßẞ]', 'ss', 'g'))"
    " ~ ANY(%(patterns)s)"
)
#: Things with texts that are few enough to be read through, newest first.
MENTIONS = f"""
WITH written (kind, id, name, texts, at) AS (
    SELECT 'PUBLICATION', publication_id, title, concat_ws(
        ' ', title, summary, text, links, files, refusal_reason, withdrawal_reason), changed_at
    FROM {{publications}}
    UNION ALL SELECT 'REQUEST', request_id, to_char(sent_at, 'DD/MM/YYYY'), concat_ws(' ', text, reason), changed_at
    FROM {{animation_requests}}
    UNION ALL SELECT 'GROUP', group_id, name, concat_ws(' ', name, theme, meetings, conclusion), opened_at
    FROM {{action_groups}}
    UNION ALL SELECT 'STRATEGY', strategy_id, territory, concat_ws(
        ' ', diagnosis, objectives, targets, stakeholders, documents), written_at
    FROM {{strategies}}
    UNION ALL SELECT 'SCHOOL_PROJECT', project_id, uai, concat_ws(' ', evidence, reason), recorded_at
    FROM {{school_projects}}
)
SELECT kind, id, name FROM written
WHERE {NAMED}
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
    return [_pattern(each) for each in parts if len("".join(each)) > 1]


def _pattern(parts: Sequence[str]) -> str:
    pattern = f"[^{_LETTERS}]+".join("".join(map(_of_any_case, part)) for part in parts)
    if parts[0][0] >= _WITHOUT_SPACES:
        return pattern
    return f"(^|[^{_LETTERS}]){pattern}($|[^{_LETTERS}])"


def _of_any_case(letter: str) -> str:
    """Match the letter in both cases: PostgreSQL may put those of ASCII alone in lower case."""
    return letter if letter.isascii() or len(letter.upper()) > 1 else f"[{letter}{letter.upper()}]"


def _family_names(name: str) -> list[str]:
    """Return what of a whole name is the family's, and its halves: it comes last, or is written in capitals."""
    parts = [] if "@" in name else name.split()
    family = [part for part in parts if part is parts[-1] or part.isupper()]
    halves = [half for part in family if "-" in part for half in part.split("-")]
    return [part for part in (*family, *halves) if len(part) > _SHORTEST]


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
