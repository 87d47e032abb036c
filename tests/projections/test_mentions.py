"""Texts that may name somebody are found whatever alphabet the name is written in, and wherever it stands."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg import Connection

from projections.people.mentions import MENTIONS, NAMED, patterns

COLUMNS = {
    "publications": "publication_id, title, summary, text, links, files, refusal_reason, withdrawal_reason, changed_at",
    "animation_requests": "request_id, text, reason, changed_at",
    "action_groups": "group_id, name, theme, meetings, conclusion, opened_at",
    "strategies": "strategy_id, territory, diagnosis, objectives, targets, stakeholders, documents, written_at",
    "school_projects": "project_id, uai, evidence, reason, recorded_at",
}


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Jan Škvorecký", "Avec M. ŠKVORECKÝ, à Sète", True),
        ("Kari Ødegård", "l'atelier de Mme ØDEGÅRD.", True),
        ("Uwe Weißmann", "« Weißmann »", True),
        ("Uwe Weißmann", "Herr WEISSMANN", True),
        ("Иван Андрейкин", "с АНДРЕЙКИНЫМ", False),
        ("Иван Андрейкин", "Иван\u00a0АНДРЕЙКИН", True),
        ("王五六", "与王五六见面", True),
        ("Zoé Martinoux-Durandelle", "Mme Martinoux était là", True),
        ("Zoé Bobinou", "https://exemple.fr/bobinou_cv.pdf", True),
        ("Zoé Bobinou", '["Le lundi\\\\nBobinou"]', True),
        ("Zoé Bobinou", "un bobinounet", False),
    ],
)
def test_a_name_is_found_as_a_word_of_its_alphabet(name: str, text: str, expected: bool, read_models: Connection[Any]):
    mentions = read_models.execute(
        f"SELECT {NAMED} FROM (VALUES (%(text)s)) AS written (texts)", {"patterns": patterns([name]), "text": text}
    )
    assert mentions.fetchone() == (expected,)


def test_reasons_and_stakeholders_are_looked_through(read_models: Connection[Any]):
    with read_models.transaction(force_rollback=True):
        for table, columns in COLUMNS.items():
            named = ", ".join(
                f"{column} {'timestamptz' if '_at' in column else 'text'}" for column in columns.split(", ")
            )
            extra = ", sent_at timestamptz" if table == "animation_requests" else ""
            read_models.execute(f"CREATE TEMPORARY TABLE mentions_{table} ({named}{extra}) ON COMMIT DROP")
        for column in ("refusal_reason", "withdrawal_reason"):
            read_models.execute(
                f"INSERT INTO mentions_publications (publication_id, {column}) VALUES ('{column}', 'Mme Quxar refuse')"
            )
        for column in ("targets", "stakeholders"):
            read_models.execute(
                f"INSERT INTO mentions_strategies (strategy_id, {column}) VALUES ('{column}', 'O. Quxar')"
            )
        query = MENTIONS.format(**{table: f"mentions_{table}" for table in COLUMNS})
        rows = read_models.execute(query, {"patterns": patterns(["Odile Quxar"])}).fetchall()
    assert {row[1] for row in rows} == {"refusal_reason", "withdrawal_reason", "targets", "stakeholders"}
