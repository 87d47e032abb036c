"""A compiled query: the only way into the compiled executor, and back to graphql-core."""

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
from graphql.execution.values import VariableValues
from graphql.language import Visitor
from strawberry import Schema

from api.compiled.not_compilable import NotCompilable
from api.compiled.plan import Plan
from api.compiled.running import Variables
from api.compiled.variables import VariableCoercion
from api.core.answers import is_final
from api.core.errors import is_expected
from api.core.strawberry_internals import graphql_schema

log = logging.getLogger(__name__)

#: Reasons for falling back to graphql-core: an error to report, or a query that cannot be compiled. Others are the
#: class of an exception of a resolver or of the compiler.
EXPECTED_ERROR, NOT_COMPILABLE = "expected error", "not compilable"

_CONDITIONS = ("skip", "include")
#: Plans kept per document: one for each combination of @skip/@include values.
_MOST_PLANS = 16
#: Coerced variables cached per document, and the longest ones in bytes.
_MOST_COERCED, _LONGEST_COERCED = 50, 1_000
#: Classes of exceptions that have been logged.
_logged: set[str] = set()


class CompiledQuery:
    """A valid query with its plans, one for each combination of @skip/@include values."""

    def __init__(
        self, schema: Schema, document: DocumentNode, operation: OperationDefinitionNode, has_directives: bool
    ) -> None:
        self._schema, self._operation = schema, operation
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._conditions = _conditions(document) if has_directives else ()
        self._plans: LRUCache[tuple[Any, ...], Plan | None] = LRUCache(_MOST_PLANS)
        self._coerce: VariableCoercion | None = None
        self._coerced: LRUCache[bytes, tuple[Plan, Variables]] = LRUCache(_MOST_COERCED)

    async def execute(
        self, context: Any, variable_values: dict[str, Any], fallbacks: Counter[str]
    ) -> dict[str, Any] | None:
        """Return the `data` of the answer, or None if graphql-core must answer from the beginning.

        `fallbacks` counts the reasons. Raises what graphql-core would raise again: a refusal, or an unavailable
        database.
        """
        try:
            plan, variables = self.prepare(variable_values)
            return await plan.execute(context, variables)
        except Exception as error:
            if final := is_final(error):
                # Look at its cause: a load that failed beside others is wrapped.
                raise final from final.__cause__
            fallbacks[_reason(error)] += 1
            return None

    def prepare(self, variable_values: dict[str, Any]) -> tuple[Plan, Variables]:
        """Return the plan and the coerced variables, cached by the variables' values."""
        key = orjson.dumps(variable_values)
        prepared = self._coerced.get(key)
        if prepared is None:
            if self._coerce is None:
                definitions = self._operation.variable_definitions or ()
                self._coerce = VariableCoercion(graphql_schema(self._schema), definitions)
            variables = self._coerce(variable_values)
            prepared = (self._plan(variables), Variables(variables))
            if len(key) <= _LONGEST_COERCED:
                self._coerced[key] = prepared
        return prepared

    def _plan(self, variables: VariableValues) -> Plan:
        key = tuple(variables.coerced.get(name) for name in self._conditions)
        if key not in self._plans:
            self._plans[key] = self._compiled(variables)
        plan = self._plans[key]
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
    """Return the reason for falling back. Hidden mistakes of ours are logged, once per class."""
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


class _Conditions(Visitor):
    """Collect the variables of @skip and @include."""

    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, None] = {}

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        if node.name.value in _CONDITIONS:
            values = [argument.value for argument in node.arguments or ()]
            self.names.update((value.name.value, None) for value in values if isinstance(value, VariableNode))


def _conditions(document: DocumentNode) -> tuple[str, ...]:
    conditions = _Conditions()
    visit(document, conditions)
    return tuple(conditions.names)
