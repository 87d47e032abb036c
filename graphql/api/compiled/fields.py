"""Ways to take a field's value: an attribute of the source, or the schema's own resolver."""

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
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from api.compiled.arguments import arguments_of
from api.compiled.not_compilable import NotCompilable
from api.compiled.running import Complete, Run
from api.core import strawberry_internals

#: Puts a field of the source into the answer, now or once it has been awaited.
Take: TypeAlias = Callable[[Any, Run, dict[str, Any]], None]
#: Builds the resolve info of a resolver: (run, field, details, parent type).
MakeInfo: TypeAlias = Callable[[Run, GraphQLField, FieldDetailsList, GraphQLObjectType, Path], Any]

_places = count()


def constant(key: str, value: str) -> Take:
    def take(source: Any, run: Run, answer: dict[str, Any]) -> None:
        answer[key] = value

    return take


def attribute(key: str, name: str, complete: Complete, plain: type | None) -> Take:
    """Take an attribute. Values of exactly the type `plain` are answered unchanged."""
    get = attrgetter(name)

    def take(source: Any, run: Run, answer: dict[str, Any]) -> None:
        value = get(source)
        answer[key] = value if type(value) is plain else complete(value, run)

    return take


def made_attribute(key: str, name: str, make: Callable[[Any], Any], complete: Complete, plain: type | None) -> Take:
    """Take an attribute that is computed on access (`api.core.lists.lazily`), without storing it."""

    def take(source: Any, run: Run, answer: dict[str, Any]) -> None:
        attributes = source.__dict__
        value = attributes[name] if name in attributes else make(source)
        answer[key] = value if type(value) is plain else complete(value, run)

    return take


def shared(takes: Sequence[Take], admits: Callable[[Any], bool]) -> Complete:
    """Complete each shared object once. Only for objects without resolvers, of the class that `admits` knows."""
    place = next(_places)

    def completed(source: Any, run: Run) -> dict[str, Any]:
        completed_answer = run.shared.get((place, id(source)))
        if completed_answer is None:
            if not admits(source):
                raise NotCompilable
            answer: dict[str, Any] = {}
            for take in takes:
                take(source, run, answer)
            # Store the object too: as long as it lives, its id is not reused.
            completed_answer = run.shared[place, id(source)] = (answer, source)
        return completed_answer[0]

    return completed


def strawberry_field(definition: GraphQLField) -> StrawberryField:
    field = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(field, StrawberryField):
        raise NotCompilable
    return field


def resolver(key: str, prepare: Callable[[Run], Callable[[Any], Any]], complete: Complete) -> Take:
    """Take the result of a resolver; `prepare` builds the call once per execution."""
    place = next(_places)

    def take(source: Any, run: Run, answer: dict[str, Any]) -> None:
        call = run.calls.get(place)
        if call is None:
            call = run.calls[place] = prepare(run)
        value = call(source)
        if type(value) is CoroutineType:
            # Reserve the place among the keys now.
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
    """Return the resolver with its arguments, converted as Strawberry does. Raises NotCompilable for more."""
    field = strawberry_field(definition)
    base = field.base_resolver
    if base is None or field.extensions or base.parent_parameter or base.root_parameter:
        raise NotCompilable
    function: Any = base.wrapped_func
    takes_source = base.self_parameter is not None
    node, place = details[0].node, next(_places)
    info_name = base.info_parameter.name if base.info_parameter else None

    def prepare(run: Run) -> Callable[[Any], Any]:
        arguments = run.variables.arguments.get(place)
        if arguments is None:
            coerced = get_argument_values(definition, node, run.variables.values)
            arguments = run.variables.arguments[place] = arguments_of(converter).converted(field, coerced)
        if info_name is not None:
            info = make_info(run, definition, details, parent, Path(None, node.name.value, parent.name))
            info = strawberry_internals.make_info(converter.config.info_class, info, field)
            arguments = {**arguments, info_name: info}
        if takes_source:
            return lambda source: function(source, **arguments)
        return lambda source: function(**arguments)

    return prepare
