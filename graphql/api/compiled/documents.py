"""Documents that were parsed, validated and compiled once, to be executed often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from anyio import CapacityLimiter, to_thread
from graphql import (
    ASTValidationRule,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    get_operation_ast,
    parse,
    specified_rules,
    validate,
    visit,
)
from graphql.execution.values import VariableValues, get_variable_values
from graphql.language import Visitor
from strawberry import Schema

from api.compiled.plan import Plan
from api.compiled.running import Variables
from api.compiled.unsure import Unsure
from api.limits.cost import cost_of

_CONDITIONS = ("skip", "include")
#: What people write is a tenth of it; what is longer is not kept in memory.
_LONGEST = 20_000
#: Read and validated in some milliseconds, whatever it holds.
_SHORT = 300
#: Who has so many to mend need not know the others.
_MOST_FAULTS = 20
#: Of a document whose fields hang on many variables.
_MOST_PLANS = 16
#: Variables that are kept as they were coerced, of each document, and in how many bytes.
_MOST_GIVEN, _LONGEST_GIVEN = 50, 1_000


class Prepared:
    """A valid query, with its plans: one for each combination of variables that fields are skipped or included by."""

    def __init__(self, schema: Schema, document: DocumentNode, operation: OperationDefinitionNode) -> None:
        self._schema, self._operation = schema, operation
        self._fragments = {
            one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
        }
        self._conditions = _conditions(document)
        self._cost = cost_of(schema._schema, document, operation)
        selections = operation.selection_set.selections
        self._root_fields = frozenset(one.name.value if isinstance(one, FieldNode) else "..." for one in selections)
        self._plans: dict[tuple[Any, ...], Plan | None] = {}
        self._given: dict[bytes, tuple[Plan, Variables]] = {}

    @property
    def root_fields(self) -> frozenset[str]:
        """The names of its root fields; a name that there is not when some of them stand in fragments."""
        return self._root_fields

    def cost(self, given: dict[str, Any]) -> int:
        """The number of fields that its answer can hold at most (see `api.limits.cost`)."""
        return self._cost.of(given)

    def check(self, given: dict[str, Any]) -> None:
        """Raises INVALID for a text or a list that is longer than any may be."""
        self._cost.check(given)

    async def execute(self, context: Any, given: dict[str, Any]) -> dict[str, Any]:
        """The `data` of the answer. Raises Unsure, or whatever a resolver raised: then graphql-core must answer."""
        plan, variables = self._known(given)
        return await plan.execute(context, variables)

    def _known(self, given: dict[str, Any]) -> tuple[Plan, Variables]:
        """The plan and the variables as they were coerced before, where the same were given."""
        said = orjson.dumps(given)
        found = self._given.get(said)
        if found is None:
            variables = get_variable_values(
                self._schema._schema, self._operation.variable_definitions or (), given, max_errors=1
            )
            if not isinstance(variables, VariableValues):
                raise Unsure
            found = (self._plan(variables), Variables(variables))
            if len(said) <= _LONGEST_GIVEN:
                if len(self._given) >= _MOST_GIVEN:
                    del self._given[next(iter(self._given))]
                self._given[said] = found
        return found

    def _plan(self, variables: VariableValues) -> Plan:
        chosen = tuple(variables.coerced.get(name) for name in self._conditions)
        if chosen not in self._plans:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            self._plans[chosen] = self._compiled(variables)
        plan = self._plans[chosen]
        if plan is None:
            raise Unsure
        return plan

    def _compiled(self, variables: VariableValues) -> Plan | None:
        schema = self._schema
        try:
            return Plan(schema._schema, schema.schema_converter, self._operation, self._fragments, variables)
        except (Unsure, RecursionError):
            return None


@dataclass(frozen=True, slots=True)
class Invalid:
    """What is wrong with a document that is not answered, as far as was looked."""

    errors: Sequence[GraphQLError]


class Documents:
    """The prepared documents of a schema, the latest `most` of them."""

    def __init__(self, schema: Schema, rules: Sequence[type[ASTValidationRule]], max_tokens: int, most: int) -> None:
        self._schema, self._rules = schema, (*specified_rules, *rules)
        self._max_tokens, self._most = max_tokens, most
        self._known: dict[tuple[str, str | None], Prepared | Invalid | None] = {}
        self._one_at_a_time: CapacityLimiter | None = None

    async def prepared(self, query: str, operation_name: str | None) -> Prepared | Invalid | None:
        """None for what graphql-core must answer: anything but a valid query, though it be refused."""
        key = (query, operation_name)
        if key in self._known:
            found = self._known[key] = self._known.pop(key)
            return found
        if len(query) <= _SHORT:
            found = self._prepare(query, operation_name)
        else:
            # Beside the event loop: whoever sends what takes long to look at keeps nobody else waiting.
            self._one_at_a_time = self._one_at_a_time or CapacityLimiter(1)
            found = await to_thread.run_sync(self._prepare, query, operation_name, limiter=self._one_at_a_time)
        if len(query) <= _LONGEST:
            if len(self._known) >= self._most:
                del self._known[next(iter(self._known))]
            self._known[key] = found
        return found

    def _prepare(self, query: str, operation_name: str | None) -> Prepared | Invalid | None:
        try:
            # Kept without the places of its words, which would be most of it: only faults tell them.
            document = parse(query, max_tokens=self._max_tokens, no_location=True)
            if self._faults(document):
                return Invalid(self._faults(parse(query, max_tokens=self._max_tokens)))
            operation = get_operation_ast(document, operation_name)
            if operation is None or operation.operation is not OperationType.QUERY:
                return None
            return Prepared(self._schema, document, operation)
        except GraphQLError as fault:
            return Invalid([fault])
        except RecursionError as deep:
            return Invalid([GraphQLError("", original_error=deep)])

    def _faults(self, document: DocumentNode) -> Sequence[GraphQLError]:
        return validate(self._schema._schema, document, self._rules, max_errors=_MOST_FAULTS)


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
