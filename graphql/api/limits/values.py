"""How long texts and lists may be that a document or its variables give: looked at before anything reads them.

What mutations take in is measured too, by `too_long`, and refused in their payload, beside everything else that is
wrong; their lists have bounds of their own, field by field.
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

from api.core.errors import ApiError
from api.core.text_lengths import FILES, LONGEST_TEXT, Path, sentence
from domain.kernel.errors import ErrorCode, Problem

#: Values of one filter.
MOST_IN_LIST = 100
#: Filters by words are looked up word by word.
_SEARCH, _OF_A_SEARCH = "text", 50
#: What usual requests give costs nothing; beyond that, each value, and each hundred characters, as much as a field.
_FREE_VALUES, _CHARACTERS_OF_A_VALUE = 20, 100


@dataclass(slots=True)
class GivenValues:
    """The values that an operation's arguments give, literally and by variables."""

    defaults: Mapping[str, Any]
    #: Where each variable stands; once, however often it stands in such a place.
    _places: dict[tuple[str, str, bool], tuple[Path, GraphQLInputType]] = field(default_factory=dict)
    _refused: Problem | None = None

    def take(self, path: Path, node: ValueNode, kind: GraphQLInputType, for_command: bool) -> tuple[int, Path]:
        """Takes an argument in. Returns the weight of what it says literally, and the variables that it uses."""
        variables: list[str] = []
        weight = max(0, self._taken(path, node, kind, for_command, variables) - _FREE_VALUES)
        if isinstance(node, ObjectValueNode) and any(one.name.value == _SEARCH for one in node.fields):
            weight += _OF_A_SEARCH
        return weight, tuple(variables)

    def check(self, given: Mapping[str, Any]) -> None:
        """Raises INVALID, naming the argument, for the first value that is too long."""
        refused = self._refused
        for (name, _, for_command), (path, kind) in self._places.items():
            if refused is not None:
                break
            value = given[name] if name in given else self.defaults.get(name)
            refused = next(_problems(value, path, kind, for_command), None)
        if refused is not None:
            raise ApiError(refused)

    def _taken(self, path: Path, node: ValueNode, kind: GraphQLInputType, command: bool, variables: list[str]) -> int:
        if isinstance(node, VariableNode):
            name = node.name.value
            variables.append(name)
            # A file's text is no text of another field.
            place = path[-1] if path[-1] in FILES else str(get_named_type(kind))
            self._places.setdefault((name, place, command), (path, kind))
            return 0
        if isinstance(node, ListValueNode):
            inner = _item(kind)
            taken = sum(self._taken(path, one, inner, command, variables) for one in node.values)
            self._note(_list_problem(len(node.values), path, command))
            return len(node.values) + taken
        if isinstance(node, ObjectValueNode):
            fields = [(one.name.value, one.value) for one in node.fields]
            inner_kinds = _fields(kind)
            return len(fields) + sum(
                self._taken((*path, name), one, inner_kinds[name], command, variables)
                for name, one in fields
                if name in inner_kinds
            )
        if isinstance(node, StringValueNode):
            self._note(_text_problem(node.value, path, kind, command))
            return len(node.value) // _CHARACTERS_OF_A_VALUE
        return 0

    def _note(self, problem: Problem | None) -> None:
        self._refused = self._refused or problem


def weight_of(value: Any) -> int:
    """What a variable's value counts each time that it is used."""
    weight, waiting = 0, [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            weight += len(one) // _CHARACTERS_OF_A_VALUE
        elif isinstance(one, list | dict):
            weight += len(one)
            waiting.extend(one.values() if isinstance(one, dict) else one)
    searches = isinstance(value, dict) and bool(value.get(_SEARCH))
    return max(0, weight - _FREE_VALUES) + searches * _OF_A_SEARCH


def default_values(operation: Any) -> dict[str, Any]:
    """What the operation's variables are when they are not given."""
    return {
        one.variable.name.value: value_from_ast_untyped(one.default_value)
        for one in operation.variable_definitions or ()
        if one.default_value is not None
    }


def _problems(value: Any, path: Path, kind: GraphQLInputType, command: bool) -> Iterator[Problem]:
    """Of what a variable gives; what the schema does not know is for graphql-core to refuse."""
    waiting: list[tuple[Any, Path, GraphQLInputType]] = [(value, path, kind)]
    while waiting:
        value, path, kind = waiting.pop()
        problem = None
        if isinstance(value, str):
            problem = _text_problem(value, path, kind, command)
        elif isinstance(value, list):
            problem = _list_problem(len(value), path, command)
            inner = _item(kind)
            waiting.extend((one, path, inner) for one in value)
        elif isinstance(value, dict):
            kinds = _fields(kind)
            problem = _names_problem(value, path)
            waiting.extend((one, (*path, name), kinds[name]) for name, one in value.items() if name in kinds)
        if problem is not None:
            yield problem


def _names_problem(value: Mapping[str, Any], path: Path) -> Problem | None:
    """Names that no input type has are repeated by graphql-core, each compared with all that it knows."""
    if len(value) <= MOST_IN_LIST and all(len(name) <= MOST_IN_LIST for name in value):
        return None
    return Problem(ErrorCode.INVALID, sentence(path, f"{MOST_IN_LIST} champs au plus, aux noms aussi courts"), path)


def _text_problem(text: str, path: Path, kind: GraphQLInputType, command: bool) -> Problem | None:
    if len(text) <= LONGEST_TEXT:
        return None
    if command and get_named_type(kind) in (GraphQLString, GraphQLID):
        # Told in the payload, beside everything else that is wrong.
        return None
    return Problem(ErrorCode.INVALID, sentence(path, f"{LONGEST_TEXT} caractères au plus"), path)


def _list_problem(length: int, path: Path, command: bool) -> Problem | None:
    if command or length <= MOST_IN_LIST:
        return None
    return Problem(ErrorCode.INVALID, sentence(path, f"{MOST_IN_LIST} valeurs au plus"), path)


def _item(kind: GraphQLInputType) -> Any:
    inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    return inner.of_type if isinstance(inner, GraphQLList) else inner


def _fields(kind: GraphQLInputType) -> dict[str, Any]:
    named = get_named_type(kind)
    return {name: one.type for name, one in named.fields.items()} if isinstance(named, GraphQLInputObjectType) else {}
