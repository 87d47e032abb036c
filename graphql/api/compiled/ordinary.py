"""Tell ordinary queries by one walk: fields, arguments and variables of a single operation, each surely valid.

graphql-core's rules take four fifths of the time of a document never seen before (`make bench-documents`). What
this walk does not accept may be valid all the same: graphql-core tells that, or what is wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from graphql import (
    ArgumentNode,
    BooleanValueNode,
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FloatValueNode,
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
    IntValueNode,
    ListValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    StringValueNode,
    Undefined,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    get_named_type,
    is_input_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
    type_from_ast,
)
from graphql.validation.rules.variables_in_allowed_position import allowed_variable_usage

from api.limits.documents import DEEPEST, MOST_ALIASES, MOST_ALIKE

#: The literals that these scalars take, if they are short.
_LITERALS: Mapping[object, tuple[type[ValueNode], ...]] = {
    GraphQLBoolean: (BooleanValueNode,),
    GraphQLFloat: (FloatValueNode, IntValueNode),
    GraphQLID: (StringValueNode, IntValueNode),
    GraphQLInt: (IntValueNode,),
    GraphQLString: (StringValueNode,),
}
#: Numbers of this many digits fit 32 bits, whatever they are.
_LONGEST_NUMBER = 9
#: Strawberry's name for what it knows of a type.
_STRAWBERRY = "strawberry-definition"


class _NotOrdinary(Exception):
    """Something that graphql-core must look at."""


def is_ordinary(schema: GraphQLSchema, document: DocumentNode) -> bool:
    """Return whether the document is a query that every rule surely accepts, ours and Strawberry's included."""
    try:
        (operation,) = document.definitions
        if not isinstance(operation, OperationDefinitionNode) or operation.operation is not OperationType.QUERY:
            return False
        _Walk(schema, operation).over()
    except (_NotOrdinary, ValueError):
        return False
    return True


class _Walk:
    __slots__ = ("_aliases", "_alike", "_operation", "_schema", "_unused", "_variables")

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._schema, self._operation = schema, operation
        self._variables: dict[str, tuple[GraphQLInputType, ValueNode | None]] = {}
        self._unused: set[str] = set()
        self._alike: Counter[str] = Counter()
        self._aliases = 0

    def over(self) -> None:
        """Raise _NotOrdinary at the first thing that is not ordinary."""
        root = self._schema.query_type
        if root is None or self._operation.directives:
            raise _NotOrdinary
        for definition in self._operation.variable_definitions or ():
            self._declare(definition)
        self._unused.update(self._variables)
        self._selected(self._operation.selection_set, root, 0)
        if self._unused or self._aliases > MOST_ALIASES or max(self._alike.values()) > MOST_ALIKE:
            raise _NotOrdinary

    def _declare(self, definition: VariableDefinitionNode) -> None:
        name, kind = definition.variable.name.value, type_from_ast(self._schema, definition.type)
        if definition.directives or name in self._variables or not is_input_type(kind):
            raise _NotOrdinary
        if definition.default_value is not None:
            # Before any variable is known, so that none may stand in it.
            _Walk(self._schema, self._operation).value(definition.default_value, kind)
        self._variables[name] = kind, definition.default_value

    def _selected(self, selection_set: SelectionSetNode, parent: GraphQLNamedType, depth: int) -> None:
        if not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) or depth > DEEPEST:
            raise _NotOrdinary
        if not selection_set.selections:
            # graphql-core parses `{}`.
            raise _NotOrdinary
        keys: set[str] = set()
        for node in selection_set.selections:
            if type(node) is not FieldNode or node.directives:
                raise _NotOrdinary
            key = name = node.name.value
            if node.alias is not None:
                key = node.alias.value
                self._aliases += 1
            if key in keys:
                # Whether the two agree is the hardest of all rules.
                raise _NotOrdinary
            keys.add(key)
            if name != "__typename":
                self._field(node, name, parent, depth)
            elif node.arguments or node.selection_set is not None:
                raise _NotOrdinary
        self._alike.update(keys)

    def _field(self, node: FieldNode, name: str, parent: GraphQLObjectType | GraphQLInterfaceType, depth: int) -> None:
        definition = parent.fields.get(name)
        if definition is None:
            # Introspection as well.
            raise _NotOrdinary
        if node.arguments or definition.args:
            self._arguments(node.arguments or (), definition.args)
        kind = get_named_type(definition.type)
        if is_leaf_type(kind) is (node.selection_set is not None):
            raise _NotOrdinary
        if node.selection_set is not None:
            self._selected(node.selection_set, kind, depth + 1)

    def _arguments(
        self,
        nodes: Sequence[ArgumentNode] | Sequence[ObjectFieldNode],
        definitions: Mapping[str, GraphQLArgument] | Mapping[str, GraphQLInputField],
    ) -> None:
        missing = {name for name, definition in definitions.items() if _is_required(definition)}
        names: set[str] = set()
        for node in nodes:
            name = node.name.value
            definition = definitions.get(name)
            if definition is None or name in names:
                raise _NotOrdinary
            names.add(name)
            self.value(node.value, definition.type)
        if not missing <= names:
            raise _NotOrdinary

    def value(self, node: ValueNode, kind: GraphQLInputType) -> None:
        if isinstance(node, VariableNode):
            return self._used(node.name.value, kind)
        if isinstance(kind, GraphQLNonNull):
            kind = kind.of_type
        if isinstance(kind, GraphQLList):
            for item in node.values if isinstance(node, ListValueNode) else (node,):
                self.value(item, kind.of_type)
        elif isinstance(kind, GraphQLInputObjectType):
            if not isinstance(node, ObjectValueNode) or _is_one_of(kind):
                raise _NotOrdinary
            self._arguments(node.fields, kind.fields)
        elif isinstance(kind, GraphQLEnumType):
            if not isinstance(node, EnumValueNode) or node.value not in kind.values:
                raise _NotOrdinary
        elif not isinstance(node, _LITERALS.get(kind, ())) or _is_long_number(node):
            raise _NotOrdinary
        return None

    def _used(self, name: str, kind: GraphQLInputType) -> None:
        self._unused.discard(name)
        declared, default = self._variables.get(name, (None, None))
        if declared is None or not allowed_variable_usage(self._schema, declared, default, kind, Undefined):
            raise _NotOrdinary


def _is_required(definition: GraphQLArgument | GraphQLInputField) -> bool:
    if isinstance(definition, GraphQLArgument):
        return is_required_argument(definition)
    return is_required_input_field(definition)


def _is_long_number(node: ValueNode) -> bool:
    return isinstance(node, IntValueNode | FloatValueNode) and len(node.value) > _LONGEST_NUMBER


def _is_one_of(kind: GraphQLInputObjectType) -> bool:
    return kind.is_one_of or bool(getattr(kind.extensions.get(_STRAWBERRY), "is_one_of", False))
