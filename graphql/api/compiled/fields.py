"""How a field's value is taken: an attribute of the source, or the schema's own resolver."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from operator import attrgetter
from types import CoroutineType
from typing import Any, TypeAlias

from graphql import GraphQLField, GraphQLObjectType
from graphql.execution.collect_fields import FieldDetailsList
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path
from strawberry.schema.schema_converter import GraphQLCoreConverter, get_arguments
from strawberry.types.field import StrawberryField

from api.compiled.not_compilable import NotCompilable
from api.compiled.running import Complete, Run
from api.core import strawberry_internals

#: Puts a field of the source into the answer, now or when it has been awaited.
Take: TypeAlias = Callable[[Any, Run, dict[str, Any]], None]
#: Makes what resolvers are told of the execution: (run, field, details, parent type).
MakeInfo: TypeAlias = Callable[[Run, GraphQLField, FieldDetailsList, GraphQLObjectType, Path], Any]

_places = count()
_SOURCE = object()


def constant(key: str, value: str) -> Take:
    def take(source: Any, run: Run, answer: dict[str, Any]) -> None:
        answer[key] = value

    return take


def attribute(key: str, name: str, complete: Complete, plain: type | None) -> Take:
    """`plain`: values of this very type are answered as they are."""
    get = attrgetter(name)

    def take(source: Any, run: Run, answer: dict[str, Any]) -> None:
        value = get(source)
        answer[key] = value if type(value) is plain else complete(value, run)

    return take


def made_attribute(key: str, name: str, make: Callable[[Any], Any], complete: Complete, plain: type | None) -> Take:
    """Of a thing whose attributes are made when asked for (`api.core.lazily`): made here, and not kept."""

    def take(source: Any, run: Run, answer: dict[str, Any]) -> None:
        known = source.__dict__
        value = known[name] if name in known else make(source)
        answer[key] = value if type(value) is plain else complete(value, run)

    return take


def shared(takes: Sequence[Take]) -> Complete:
    """Of things that stand in many places of an answer, and of which nothing is awaited: each is completed once."""
    place = next(_places)

    def completed(source: Any, run: Run) -> dict[str, Any]:
        found = run.shared.get((place, id(source)))
        if found is None:
            answer: dict[str, Any] = {}
            for take in takes:
                take(source, run, answer)
            # With the thing itself: as long as it is there, its id is no other's.
            found = run.shared[place, id(source)] = (answer, source)
        return found[0]

    return completed


def strawberry_field(definition: GraphQLField) -> StrawberryField:
    found = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(found, StrawberryField):
        raise NotCompilable
    return found


def resolver(key: str, prepare: Callable[[Run], Callable[[Any], Any]], complete: Complete) -> Take:
    """`prepare` makes, once an execution, the call for every source."""
    place = next(_places)

    def take(source: Any, run: Run, answer: dict[str, Any]) -> None:
        call = run.calls.get(place)
        if call is None:
            call = run.calls[place] = prepare(run)
        value = call(source)
        if type(value) is CoroutineType:
            # Its place among the keys is taken now.
            answer[key] = None
            run.awaited.append((answer, key, value, complete))
        else:
            answer[key] = complete(value, run)

    return take


def prepared_call(
    definition: GraphQLField,
    details: FieldDetailsList,
    parent: GraphQLObjectType,
    converter: GraphQLCoreConverter,
    make_info: MakeInfo,
) -> Callable[[Run], Callable[[Any], Any]]:
    """The resolver with its arguments, converted as Strawberry does. Raises NotCompilable for more."""
    field = strawberry_field(definition)
    found = field.base_resolver
    if found is None or field.extensions or found.parent_parameter or found.root_parameter:
        raise NotCompilable
    function: Any = found.wrapped_func
    takes_source = found.self_parameter is not None
    node, place = details[0].node, next(_places)
    told = found.info_parameter.name if found.info_parameter else None

    def converted(run: Run, info: Any) -> dict[str, Any]:
        _, arguments = get_arguments(
            field=field,
            source=_SOURCE,
            info=info,
            kwargs=get_argument_values(definition, node, run.variables.values),
            config=converter.config,
            scalar_registry=converter.scalar_registry,
        )
        return arguments

    def prepare(run: Run) -> Callable[[Any], Any]:
        info = make_info(run, definition, details, parent, Path(None, node.name.value, parent.name))
        info = strawberry_internals.make_info(converter.config.info_class, info, field)
        known = run.variables.arguments.get(place)
        if known is None:
            known = converted(run, info)
            run.variables.arguments[place] = {name: value for name, value in known.items() if name != told}
        arguments = known if told is None else {**known, told: info}
        if takes_source:
            return lambda source: function(source, **arguments)
        return lambda source: function(**arguments)

    return prepare
