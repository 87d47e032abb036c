"""The read models of the satisfaction questionnaire: versions of the form, packets of answers, and their sums.

A packet is never taken apart: a figure is a sum over whole packets, whatever it is asked by (docs/decisions).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, LiteralString
from uuid import UUID

from domain.satisfaction.form import MOST_CHOICES, SatisfactionFormWorded
from domain.satisfaction.packets import AnswersRecorded
from domain.typology.typology import TermKind
from eventstore.records import Recorded
from projections.engine.projection import Key, Projection, Rollup, Row, Table, TermColumns, by_fields
from projections.engine.terms_in_force import TermsInForce

SATISFACTION_FORMS = Projection(
    name="satisfaction_forms",
    table=Table(
        columns={
            "version": "integer NOT NULL",
            "questions": "jsonb NOT NULL",
            "worded_at": "timestamptz NOT NULL",
        },
        labels={"worded_at": "rédigées le"},
        key=("version",),
    ),
    key_of=by_fields("version"),
)


@SATISFACTION_FORMS.creates(SatisfactionFormWorded)
def worded(fact: SatisfactionFormWorded, record: Recorded) -> Row:
    questions = [question.model_dump(mode="json") for question in fact.questions]
    return {"questions": questions, "worded_at": record.stamp.recorded_at}


PACKETS = Table(
    columns={
        "stream_id": "uuid NOT NULL",
        "packet": "integer NOT NULL",
        "animation_id": "uuid",
        "structure_id": "uuid NOT NULL",
        "territory": "text NOT NULL",
        "type": "text",
        "themes": "text[] NOT NULL",
        "day": "date NOT NULL",
        "form_version": "integer NOT NULL",
        "answer_count": "integer NOT NULL",
        "results": "jsonb NOT NULL",
    },
    labels={"stream_id": "objet", "packet": "paquet", "structure_id": "structure"},
    key=("stream_id", "packet"),
    indexes=("(animation_id)", "(type)", "USING gin (themes)"),
)

#: Stands for all structures, all themes and types, and the packet as a whole: figures are read where these stand.
ALL_STRUCTURES, ANY_TERM, WHOLE = UUID(int=0), "", 0
_COUNTS = tuple(f"choice_{place}" for place in range(MOST_CHOICES))
FIGURES = Table(
    columns={
        "structure_id": "uuid NOT NULL",
        "territory": "text NOT NULL",
        "theme": "text NOT NULL",
        "type": "text NOT NULL",
        "month": "date NOT NULL",
        "form_version": "integer NOT NULL",
        "question": "integer NOT NULL",
        "animations": "bigint NOT NULL",
        "answers": "bigint NOT NULL",
        "total": "bigint NOT NULL",
        **dict.fromkeys(_COUNTS, "bigint NOT NULL"),
    },
    key=("structure_id", "territory", "theme", "type", "month", "form_version", "question"),
)


def _count(row: Row) -> Iterator[tuple[Key, tuple[int, ...]]]:
    month, version = row["day"].replace(day=1), row["form_version"]
    # The first packet of an animation brings the animation.
    is_first = row["packet"] == 1 and row["animation_id"] is not None
    none = (0,) * MOST_CHOICES
    parts: list[tuple[int, tuple[int, ...]]] = [(WHOLE, (int(is_first), row["answer_count"], 0, *none))]
    for result in row["results"]:
        counts = (*result["counts"], *none)[:MOST_CHOICES]
        parts.append((result["number"], (0, result["answers"], result["total"], *counts)))
    for structure in (row["structure_id"], ALL_STRUCTURES):
        for theme in (ANY_TERM, *row["themes"]):
            for question, counted in parts:
                yield (structure, row["territory"], theme, row["type"] or ANY_TERM, month, version, question), counted


_SUMMED: LiteralString = f"""
SELECT structure, territory, theme, coalesce(type, '{ANY_TERM}'), date_trunc('month', day)::date, form_version,
    question, sum(first), sum(answers), sum(total),
    {", ".join(f"coalesce(sum((choices->>{place})::bigint), 0)" for place in range(MOST_CHOICES))}
FROM {{rows}} CROSS JOIN LATERAL (
    SELECT {WHOLE}, (packet = 1 AND animation_id IS NOT NULL)::int, answer_count, 0, '[]'::jsonb
    UNION ALL
    SELECT number, 0, answers, total, counts
    FROM jsonb_to_recordset(results) AS result (number int, answers bigint, total bigint, counts jsonb)
) AS part (question, first, answers, total, choices)
    CROSS JOIN LATERAL (VALUES (structure_id), ('{ALL_STRUCTURES}')) AS counted (structure)
    CROSS JOIN LATERAL unnest(array_prepend('{ANY_TERM}', themes)) AS theme
GROUP BY 1, 2, 3, 4, 5, 6, 7"""


def packets(shown: TermsInForce) -> Projection:
    """`shown` tells how recorded terms are counted in the generation being filled."""
    projection = Projection(
        name="satisfaction_packets",
        table=PACKETS,
        key_of=lambda record: (record.originator_id, record.originator_version),
        rollups=(Rollup("satisfaction_figures", FIGURES, _count, _SUMMED),),
        append_only=True,
        terms=TermColumns(
            {TermKind.THEME: "themes", TermKind.ANIMATION_TYPE: "type"},
            day="day",
            of_row=lambda changes, row: _terms(row, changes),
        ),
    )

    @projection.creates(AnswersRecorded)
    def recorded(fact: AnswersRecorded, record: Recorded) -> Row:
        return {
            **fact.model_dump(include={"animation_id", "structure_id", "territory", "day", "form_version"}),
            **_terms(fact, shown),
            "answer_count": fact.answer_count,
            "results": [result.model_dump(mode="json") for result in fact.results],
        }

    return projection


def _terms(fact: Any, shown: TermsInForce) -> dict[str, Any]:
    if fact.type is None:
        return {"type": None, "themes": []}
    themes = dict.fromkeys(shown.shown(TermKind.THEME, theme, fact.type, fact.day) for theme in fact.themes)
    return {"type": shown.shown(TermKind.ANIMATION_TYPE, fact.type, fact.type, fact.day), "themes": list(themes)}
