"""Limit the length of texts and lists in a document and its variables, before anything else reads them.

The inputs of mutations are measured by `too_long` and refused in the payload, beside every other problem; their lists
have bounds of their own, field by field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLString,
    ListValueNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    get_named_type,
)
from graphql.utilities import value_from_ast_untyped

from api.core.commanding.text_lengths import ARTICLES, FILES, LONGEST_ARTICLE, LONGEST_TEXT, Path
from api.core.errors import ApiError, api_path
from domain.kernel.errors import ErrorCode, Problem, in_figures

#: Values per filter.
MOST_IN_LIST = 100
#: Full-text filters are looked up word by word.
_SEARCH, _OF_A_SEARCH = "text", 50
#: Usual requests cost nothing here; beyond that, each value or hundred characters counts as one field.
_FREE_VALUES, _CHARACTERS_OF_A_VALUE = 20, 100


@dataclass(slots=True)
class ArgumentValues:
    """The argument values of an operation, literal or by variable."""

    defaults: Mapping[str, Any]
    #: Each kind of place where a variable is used, once.
    _places: dict[tuple[str, str, bool], tuple[Path, GraphQLInputType]] = field(default_factory=dict)
    _refused: Problem | None = None

    def take(self, path: Path, node: ValueNode, kind: GraphQLInputType, for_command: bool) -> tuple[int, Path]:
        """Take an argument in. Return the weight of its literals and the variables that it uses."""
        variables: list[str] = []
        weight = max(0, self._taken(path, node, kind, for_command, variables) - _FREE_VALUES)
        if isinstance(node, ObjectValueNode) and any(entry.name.value == _SEARCH for entry in node.fields):
            weight += _OF_A_SEARCH
        return weight, tuple(variables)

    def check(self, variables: Mapping[str, Any]) -> None:
        """Raise INVALID, naming the argument, for the first value that is too long."""
        refused = self._refused
        for (name, _, for_command), (path, kind) in self._places.items():
            if refused is not None:
                break
            value = variables[name] if name in variables else self.defaults.get(name)
            if isinstance(value, str | list | dict):
                refused = next(_problems(value, path, kind, for_command), None)
        if refused is not None:
            raise ApiError(refused)

    def _taken(self, path: Path, node: ValueNode, kind: GraphQLInputType, command: bool, variables: list[str]) -> int:
        if isinstance(node, VariableNode):
            name = node.name.value
            variables.append(name)
            # The text of a file has another limit than other texts.
            place = path[-1] if path[-1] in FILES else str(get_named_type(kind))
            self._places.setdefault((name, place, command), (path, kind))
            return 0
        if isinstance(node, ListValueNode):
            inner = _item(kind)
            total = sum(self._taken(path, item, inner, command, variables) for item in node.values)
            self._note(_list_problem(len(node.values), path, command))
            return len(node.values) + total
        if isinstance(node, ObjectValueNode):
            fields = [(entry.name.value, entry.value) for entry in node.fields]
            inner_kinds = _fields(kind)
            return len(fields) + sum(
                self._taken((*path, name), field_value, inner_kinds[name], command, variables)
                for name, field_value in fields
                if name in inner_kinds
            )
        if isinstance(node, StringValueNode):
            self._note(_text_problem(node.value, path, kind, command))
            return len(node.value) // _CHARACTERS_OF_A_VALUE
        return 0

    def _note(self, problem: Problem | None) -> None:
        self._refused = self._refused or problem


def weight_of(value: Any) -> int:
    """Return the weight of a variable's value each time that it is used."""
    if not isinstance(value, str | list | dict):
        return 0
    weight, waiting = 0, [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            weight += len(item) // _CHARACTERS_OF_A_VALUE
        elif isinstance(item, list | dict):
            weight += len(item)
            waiting.extend(item.values() if isinstance(item, dict) else item)
    searches = isinstance(value, dict) and bool(value.get(_SEARCH))
    return max(0, weight - _FREE_VALUES) + searches * _OF_A_SEARCH


def default_values(operation: Any) -> dict[str, Any]:
    """Return the default values of the operation's variables."""
    return {
        definition.variable.name.value: value_from_ast_untyped(definition.default_value)
        for definition in operation.variable_definitions or ()
        if definition.default_value is not None
    }


def _problems(value: Any, path: Path, kind: GraphQLInputType, command: bool) -> Iterator[Problem]:
    """Find the problems of a variable's value; graphql-core refuses what the schema does not define."""
    waiting: list[tuple[Any, Path, GraphQLInputType]] = [(value, path, kind)]
    while waiting:
        value, path, kind = waiting.pop()
        problem = None
        if isinstance(value, str):
            problem = _text_problem(value, path, kind, command)
        elif isinstance(value, list):
            problem = _list_problem(len(value), path, command)
            inner = _item(kind)
            waiting.extend((item, path, inner) for item in value)
        elif isinstance(value, dict):
            kinds = _fields(kind)
            problem = _names_problem(value, path)
            waiting.extend((item, (*path, name), kinds[name]) for name, item in value.items() if name in kinds)
        if problem is not None:
            yield problem


def _sentence(path: Path, words: str) -> str:
    """Name the argument as the schema does: who reads this wrote the document."""
    return f"{'.'.join(api_path(path))} : {words}."


def _names_problem(value: Mapping[str, Any], path: Path) -> Problem | None:
    """graphql-core echoes unknown names and compares each with every name of the schema."""
    if len(value) <= MOST_IN_LIST and all(len(name) <= MOST_IN_LIST for name in value):
        return None
    words = f"{in_figures(MOST_IN_LIST)} champs au plus, aux noms aussi courts"
    return Problem(ErrorCode.INVALID, _sentence(path, words), path)


def _text_problem(text: str, path: Path, kind: GraphQLInputType, command: bool) -> Problem | None:
    longest = LONGEST_ARTICLE if path in ARTICLES else LONGEST_TEXT
    if len(text) <= longest:
        return None
    if command and get_named_type(kind) in (GraphQLString, GraphQLID):
        # Refused in the payload, beside every other problem.
        return None
    return Problem(ErrorCode.INVALID, _sentence(path, f"{in_figures(longest)} caractères au plus"), path)


def _list_problem(length: int, path: Path, command: bool) -> Problem | None:
    if command or length <= MOST_IN_LIST:
        return None
    return Problem(ErrorCode.INVALID, _sentence(path, f"{in_figures(MOST_IN_LIST)} valeurs au plus"), path)


def _item(kind: GraphQLInputType) -> Any:
    inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    return inner.of_type if isinstance(inner, GraphQLList) else inner


def _fields(kind: GraphQLInputType) -> dict[str, Any]:
    input_type = get_named_type(kind)
    if not isinstance(input_type, GraphQLInputObjectType):
        return {}
    return {name: entry.type for name, entry in input_type.fields.items()}
