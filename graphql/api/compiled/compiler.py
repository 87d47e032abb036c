"""From selection sets to closures over the schema's own resolvers."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import partial
from typing import Any

from graphql import (
    FragmentDefinitionNode,
    GraphQLAbstractType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution.collect_fields import (
    FieldDetailsList,
    FragmentDetails,
    GroupedFieldSet,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues
from graphql.pyutils import Path
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition

from api.compiled.fields import (
    Take,
    attribute,
    constant,
    made_attribute,
    prepared_call,
    resolver,
    shared,
    strawberry_field,
)
from api.compiled.look_ahead import needs_of, selected_columns
from api.compiled.not_compilable import NotCompilable
from api.compiled.resolve_info import ResolveInfo
from api.compiled.running import Complete, Run
from api.compiled.values import as_it_is, leaf, list_of, not_null, nullable
from api.compiled.writing import ItemField, Writer, written_items
from api.core.lists.paging import Ahead

_COUNTS, _ITEMS = ("totalCount", "totalCountIsExact"), "nodes"


class Compiler:
    """Make closures of an operation's selection sets. They refer to it, and it to none of them."""

    def __init__(
        self,
        schema: GraphQLSchema,
        converter: GraphQLCoreConverter,
        operation: OperationDefinitionNode,
        fragments: dict[str, FragmentDefinitionNode],
        variables: VariableValues,
    ) -> None:
        self._schema, self._converter = schema, converter
        self._operation, self._fragments, self._variables = operation, fragments, variables
        self._details = {name: FragmentDetails(fragment) for name, fragment in fragments.items()}
        self._resolved: list[str] = []

    def root(self) -> Complete:
        """Return what makes the `data` of an answer."""
        root = self._schema.query_type
        assert root is not None
        collected = collect_fields(self._schema, self._details, self._variables, root, self._operation)
        if collected.new_defer_usages or collected.forbidden_directive_instances:
            raise NotCompilable
        return self._object(root, collected.grouped_field_set)

    def _object(self, object_type: GraphQLObjectType, fields: GroupedFieldSet) -> Complete:
        before = len(self._resolved)
        takes = [self._field(key, object_type, details) for key, details in fields.items()]
        is_it = _is_of(object_type)
        if _is_shared(object_type) and len(self._resolved) == before:
            return shared(takes, lambda source: is_it is None or type(source) is is_it)

        def completed(source: Any, run: Run) -> dict[str, Any]:
            if is_it is not None and type(source) is not is_it and not _belongs(object_type, source):
                raise NotCompilable
            answer: dict[str, Any] = {}
            for take in takes:
                take(source, run, answer)
            return answer

        return completed

    def _field(self, key: str, parent: GraphQLObjectType, details: FieldDetailsList) -> Take:
        name = details[0].node.name.value
        if name == "__typename":
            return constant(key, parent.name)
        definition = parent.fields.get(name)
        if definition is None:
            raise NotCompilable
        before = len(self._resolved)
        complete = self._type(definition.type, definition, parent, details)
        field = strawberry_field(definition)
        if field.is_basic_field:
            plain = as_it_is(definition.type)
            make = _makers(parent).get(field.python_name)
            if make is not None:
                take = made_attribute(key, field.python_name, make, complete, plain)
                writer = self._writer(definition, details) if len(self._resolved) == before else None
                return take if writer is None else written_items(key, writer, take)
            return attribute(key, field.python_name, complete, plain)
        self._resolved.append(name)
        ahead = self._ahead(definition, details)
        call = prepared_call(definition, details, parent, self._converter, partial(self._info, ahead))
        return resolver(key, call, complete)

    def _writer(self, definition: GraphQLField, details: FieldDetailsList) -> Writer | None:
        """Return the writer of a page's items, or None if their fields need more than columns."""
        item = get_named_type(definition.type)
        if details[0].node.name.value != _ITEMS or not is_object_type(item):
            return None
        needs, fields, constants = needs_of(item), [], {}
        selected = self._subfields(item, details)
        for key, nested in selected.items():
            name = nested[0].node.name.value
            if name == "__typename":
                constants[key] = item.name
                continue
            definition_ = item.fields[name]
            attribute = strawberry_field(definition_).python_name
            if attribute not in needs:
                return None
            complete = self._type(definition_.type, definition_, item, nested)
            shape = (item.name, self._shape(definition_.type, nested))
            fields.append(ItemField(shape, needs[attribute], _makers(item)[attribute], complete))
        return Writer(fields, list(selected), constants) if fields else None

    def _shape(self, output: GraphQLOutputType, details: FieldDetailsList) -> Hashable:
        """Return the key under which fields with the same selection share fragments."""
        name, kind = details[0].node.name.value, get_named_type(output)
        if is_leaf_type(kind):
            return name
        if not is_object_type(kind):
            return object()
        inside = self._subfields(kind, details).items()
        return name, *((key, self._inner_shape(kind, nested)) for key, nested in inside)

    def _inner_shape(self, parent: GraphQLObjectType, details: FieldDetailsList) -> Hashable:
        definition = parent.fields.get(details[0].node.name.value)
        return "__typename" if definition is None else self._shape(definition.type, details)

    def _type(
        self,
        output: GraphQLOutputType,
        definition: GraphQLField,
        parent: GraphQLObjectType,
        details: FieldDetailsList,
    ) -> Complete:
        if is_non_null_type(output):
            return not_null(self._present(output.of_type, definition, parent, details))
        return nullable(self._present(output, definition, parent, details))

    def _present(
        self,
        output: GraphQLOutputType,
        definition: GraphQLField,
        parent: GraphQLObjectType,
        details: FieldDetailsList,
    ) -> Complete:
        """Return the converter of values that are not null."""
        if is_list_type(output):
            return list_of(self._type(output.of_type, definition, parent, details))
        if is_leaf_type(output):
            return leaf(output)
        if is_object_type(output):
            return self._object(output, self._subfields(output, details))
        if is_abstract_type(output):
            return self._abstract(output, definition, parent, details)
        raise NotCompilable

    def _abstract(
        self,
        output: GraphQLAbstractType,
        definition: GraphQLField,
        parent: GraphQLObjectType,
        details: FieldDetailsList,
    ) -> Complete:
        completers: dict[str, Complete] = {}
        resolve_type = output.resolve_type
        if resolve_type is None:
            raise NotCompilable

        def completed(value: Any, run: Run) -> Any:
            path = Path(None, details[0].node.name.value, parent.name)
            name = resolve_type(value, self._info(None, run, definition, details, parent, path), output)
            if not isinstance(name, str):
                raise NotCompilable
            if name not in completers:
                concrete = self._schema.get_type(name)
                if not is_object_type(concrete) or not self._schema.is_sub_type(output, concrete):
                    raise NotCompilable
                completers[name] = self._object(concrete, self._subfields(concrete, details))
            return completers[name](value, run)

        return completed

    def _subfields(self, object_type: GraphQLObjectType, details: FieldDetailsList) -> GroupedFieldSet:
        collected = collect_subfields(
            self._schema, self._details, self._variables, self._operation, object_type, details
        )
        if collected.new_defer_usages:
            raise NotCompilable
        return collected.grouped_field_set

    def _ahead(self, definition: GraphQLField, details: FieldDetailsList) -> Ahead | None:
        page = get_named_type(definition.type)
        if not is_object_type(page) or not page.name.endswith("Connection"):
            return None
        fields = self._subfields(page, details)
        columns = selected_columns(page, fields, self._subfields)
        counted = any(nested[0].node.name.value in _COUNTS for nested in fields.values())
        return Ahead(columns, counted)

    def _info(
        self,
        ahead: Ahead | None,
        run: Run,
        definition: GraphQLField,
        details: FieldDetailsList,
        parent: GraphQLObjectType,
        path: Path,
    ) -> Any:
        return ResolveInfo(
            details[0].node.name.value,
            [detail.node for detail in details],
            definition.type,
            parent,
            path,
            self._schema,
            self._fragments,
            None,
            self._operation,
            run.variables.values.coerced,
            run.context,
            ahead,
        )


def _is_shared(object_type: GraphQLObjectType) -> bool:
    """Whether the same object appears in many places of an answer."""
    definition = object_type.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return getattr(getattr(definition, "origin", None), "SHARED", False) is True


def _makers(object_type: GraphQLObjectType) -> Mapping[str, Callable[[Any], Any]]:
    """Return the functions that compute attributes of the type on access, if it has any."""
    definition = object_type.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    makers: Mapping[str, Callable[[Any], Any]] = getattr(getattr(definition, "origin", None), "MADE", {})
    return makers


def _is_of(object_type: GraphQLObjectType) -> type | None:
    """Return the class of the type's instances, where graphql-core would check it."""
    definition = object_type.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if object_type.is_type_of is None:
        return None
    if not isinstance(definition, StrawberryObjectDefinition):
        raise NotCompilable
    return definition.origin


def _belongs(object_type: GraphQLObjectType, source: Any) -> bool:
    assert object_type.is_type_of is not None
    # Strawberry's check uses the value alone.
    return object_type.is_type_of(source, None) is True  # type: ignore[arg-type]
