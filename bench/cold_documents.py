"""Prepare and plan documents never seen before: with the walk that tells ordinary queries, and by the rules alone."""

from __future__ import annotations

import argparse
import asyncio
import gc
import time
from collections.abc import Mapping
from typing import Any
from unittest.mock import patch

from api.compiled.documents import Document, Documents
from api.limits.documents import MOST_TOKENS, RULES
from api.schema import schema
from bench.support import graphql_documents
from bench.support.stage import Goal, judge, show

#: How often the walk must be faster to be worth its second way of telling a document valid.
TIMES = 3.0
#: Objects that one document may leave to the collector: the parser's tokens.
MOST_LEFT = 100
_CACHED = 500


async def prepare(questions: Mapping[str, Mapping[str, Any]], documents: Documents, times: int) -> dict[str, float]:
    """Return the milliseconds of this process for each document of each question, collections of garbage included."""
    taken = {}
    for name, question in questions.items():
        began = time.process_time()
        for number in range(times):
            document = await documents.prepared(f"# {id(documents)} {number}\n{question['query']}", None)
            assert isinstance(document, Document)
            assert document.query is not None
            document.query.prepare(question.get("variables", {}))
        taken[name] = (time.process_time() - began) / times * 1_000
    return taken


def left_behind(questions: Mapping[str, Mapping[str, Any]], times: int) -> float:
    """Return how many objects of one document only the collector can free."""
    documents = Documents(schema, RULES, MOST_TOKENS, 1)
    gc.collect()
    gc.disable()
    try:
        asyncio.run(prepare(questions, documents, times))
        return gc.collect() / times / len(questions)
    finally:
        gc.enable()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=500, help="documents of each question (default 500)")
    times: int = parser.parse_args().times
    code = {"territory": "34", "type": "atelier-parents-enfants", "audience": "parents"}
    questions = {question.name: question.ours for question in graphql_documents.questions(code, "x")}
    asyncio.run(prepare(questions, Documents(schema, RULES, MOST_TOKENS, _CACHED), 20))
    gc.collect()
    gc.freeze()
    with patch("api.compiled.documents._ORDINARY", 0):
        ruled = asyncio.run(prepare(questions, Documents(schema, RULES, MOST_TOKENS, _CACHED), times))
    walked = asyncio.run(prepare(questions, Documents(schema, RULES, MOST_TOKENS, _CACHED), times))
    rows = [(name, f"{walked[name]:.2f}", f"{ruled[name]:.2f}") for name in questions]
    show("Processor time of a document never seen before, ms", ("", "with the walk", "by rules alone"), rows)
    goals = [Goal(f"{name}: times as fast", ruled[name] / walked[name], TIMES) for name in questions]
    judge([*goals, Goal("objects left to the collector", left_behind(questions, 50), MOST_LEFT, at_least=False)])


if __name__ == "__main__":
    main()
