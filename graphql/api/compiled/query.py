"""A query compiled: the one way into the compiled executor, and out of it to graphql-core."""

from __future__ import annotations

import logging
from collections import Counter
from typing import Any

import orjson
from cachetools import LRUCache
from graphql import (
    DirectiveNode,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    OperationDefinitionNode,
    VariableNode,
    visit,
)
from graphql.execution.values import VariableValues, get_variable_values
from graphql.language import Visitor
from strawberry import Schema

from api.compiled.not_compilable import NotCompilable
from api.compiled.plan import Plan
from api.compiled.running import Variables
from api.core.answers import is_final
from api.core.errors import is_expected
from api.core.strawberry_internals import graphql_schema

log = logging.getLogger(__name__)

#: Why graphql-core answered: the query has an error to be told, or is not compiled. Anything else is the class of what
#: a resolver, or a mistake of the compiler's own, has raised.
EXPECTED_ERROR, NOT_COMPILABLE = "expected error", "not compilable"

_CONDITIONS = ("skip", "include")
#: Plans kept per document: one for each combination of @skip/@include values.
_MOST_PLANS = 16
#: Variables that are kept as they were coerced, of each document, and in how many bytes.
_MOST_GIVEN, _LONGEST_GIVEN = 50, 1_000
#: Classes of exceptions that were logged.
_logged: set[str] = set()


class CompiledQuery:
    """A valid query, with its plans: one for each combination of variables that fields are skipped or included by."""

    def __init__(self, schema: Schema, document: DocumentNode, operation: OperationDefinitionNode) -> None:
        self._schema, self._operation = schema, operation
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._conditions = _conditions(document)
        self._plans: LRUCache[tuple[Any, ...], Plan | None] = LRUCache(_MOST_PLANS)
        self._given: LRUCache[bytes, tuple[Plan, Variables]] = LRUCache(_MOST_GIVEN)

    async def execute(self, context: Any, given: dict[str, Any], fallbacks: Counter[str]) -> dict[str, Any] | None:
        """Return the `data` of the answer, or None where graphql-core must answer, from the beginning; `fallbacks`
        counts why. Raises what would be raised again: a refusal, or that the database is away.
        """
        try:
            plan, variables = self._known(given)
            return await plan.execute(context, variables)
        except Exception as error:
            if final := is_final(error):
                raise final from None
            fallbacks[_reason(error)] += 1
            return None

    def _known(self, given: dict[str, Any]) -> tuple[Plan, Variables]:
        """The plan and the variables as they were coerced before, where the same were given."""
        said = orjson.dumps(given)
        found = self._given.get(said)
        if found is None:
            variables = get_variable_values(
                graphql_schema(self._schema), self._operation.variable_definitions or (), given, max_errors=1
            )
            if not isinstance(variables, VariableValues):
                raise NotCompilable
            found = (self._plan(variables), Variables(variables))
            if len(said) <= _LONGEST_GIVEN:
                self._given[said] = found
        return found

    def _plan(self, variables: VariableValues) -> Plan:
        chosen = tuple(variables.coerced.get(name) for name in self._conditions)
        if chosen not in self._plans:
            self._plans[chosen] = self._compiled(variables)
        plan = self._plans[chosen]
        if plan is None:
            raise NotCompilable
        return plan

    def _compiled(self, variables: VariableValues) -> Plan | None:
        schema = self._schema
        try:
            return Plan(graphql_schema(schema), schema.schema_converter, self._operation, self._fragments, variables)
        except (NotCompilable, RecursionError):
            return None


def _reason(error: BaseException) -> str:
    """Why graphql-core must answer; what hides a mistake of ours is logged, the first of its class."""
    cause = error
    while isinstance(cause, NotCompilable) and cause.__cause__ is not None:
        cause = cause.__cause__
    if isinstance(cause, NotCompilable):
        return NOT_COMPILABLE
    if isinstance(cause, GraphQLError) or is_expected(cause):
        return EXPECTED_ERROR
    reason = type(cause).__name__
    if reason not in _logged:
        _logged.add(reason)
        log.warning("the compiled executor failed, and graphql-core answers", extra={"reason": reason})
    return reason


def _conditions(document: DocumentNode) -> tuple[str, ...]:
    """The variables that fields are skipped or included by."""
    found: dict[str, None] = {}

    class Conditions(Visitor):
        def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
            if node.name.value in _CONDITIONS:
                values = [argument.value for argument in node.arguments or ()]
                found.update((value.name.value, None) for value in values if isinstance(value, VariableNode))

    visit(document, Conditions())
    return tuple(found)
