"""Give each field its permission, from the table of reading rights, when the schema is built.

Public fields stay unchanged and cost nothing. Any other field checks before its resolver runs, in either executor: a
root field, that the asker's role may use it at all; a field of an object, that the object is theirs to read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing
from functools import partial, wraps
from inspect import isasyncgenfunction, iscoroutinefunction
from typing import Any, TypeAlias

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, is_non_null_type
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from api.core.context import Context
from api.core.errors import denied
from api.core.reading_rights import EVERYBODY, FIELDS, PARTS, REFUSED, ROOTS, ROWS, Reach
from domain.kernel.rights import Action, may, scope_of

_ROOT_TYPES = ("Query", "Subscription")
#: Types without rights of their own: parts of answers, and mutations, whose rights commands check.
_STRUCTURAL = ("Connection", "Edge", "Payload", "PageInfo", "UserError", "Mutation")

_ACTIONS = frozenset(action.value for action in Action)

#: Whether the asker may read a field of this source. Raises ApiError if the answer is a refusal instead of null.
Permit: TypeAlias = Callable[[Any, Context], bool]


class WrongTable(Exception):
    """The schema and the table of reading rights do not match: the service must not start."""


def enforce(schema: GraphQLSchema) -> None:
    """Give every field its permission. Raises WrongTable naming each field without an entry, or with several."""
    fields, entries = dict(_fields(schema)), list(_entries())
    problems = _differences(fields, [name for name, _ in entries])
    mutations = schema.mutation_type.fields if schema.mutation_type else {}
    problems += [f"{name} has no row in domain.kernel.rights" for name in mutations if name not in _ACTIONS]
    restricted = {name for name, reach in entries if reach is not EVERYBODY}
    problems += [f"{name} is refused, but for everybody" for name in _refused() - restricted]
    if problems:
        raise WrongTable("\n".join(["api.core.reading_rights:", *sorted(problems)]))
    for name, action in entries:
        if action is not EVERYBODY:
            _guard(name, fields[name], action)


def _fields(schema: GraphQLSchema) -> Iterator[tuple[str, GraphQLField]]:
    """Yield every readable field under its name in the table: a root field's own, or `Type.field`."""
    for kind in schema.type_map.values():
        if not isinstance(kind, GraphQLObjectType) or kind.name.startswith("__") or kind.name.endswith(_STRUCTURAL):
            continue
        prefix = "" if kind.name in _ROOT_TYPES else f"{kind.name}."
        yield from ((prefix + name, field) for name, field in kind.fields.items())


def _entries() -> Iterator[tuple[str, Reach]]:
    """Yield the right of each field, or EVERYBODY if it needs no more than reading the object at all."""
    for reach, names in ROOTS.items():
        yield from ((name, reach) for name in names.split())
    for kind, table in FIELDS.items():
        for reach, names in table.items():
            yield from ((f"{kind}.{name}", EVERYBODY if reach is ROWS[kind] else reach) for name in names.split())
    for kind, names in PARTS.items():
        yield from ((f"{kind}.{name}", EVERYBODY) for name in names.split())


def _refused() -> set[str]:
    return {f"{kind}.{name}" for kind, names in REFUSED.items() for name in names.split()}


def _differences(fields: Mapping[str, GraphQLField], names: list[str]) -> list[str]:
    counts = Counter(names)
    return [
        *(f"{name} has no entry" for name in fields if name not in counts),
        *(f"{name} is no field of the schema" for name in counts if name not in fields),
        *(f"{name} has several entries" for name, count in counts.items() if count > 1),
    ]


def _guard(name: str, definition: GraphQLField, action: Action) -> None:
    field = definition.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
    assert isinstance(field, StrawberryField)
    resolver = field.base_resolver
    if resolver is None or resolver.info_parameter is None:
        raise WrongTable(f"{name} is not for everybody: it needs a resolver that takes `info`")
    is_root = "." not in name
    if not is_root and not hasattr(field.origin, "belongings"):
        raise WrongTable(f"{name} is not for everybody: its type needs `belongings`, which tell whose a thing is")
    if is_non_null_type(definition.type) and not isasyncgenfunction(resolver.wrapped_func):
        raise WrongTable(f"{name} is not for everybody: it must be nullable, or its refusal takes the rest along")
    admits = partial(_role_may, action) if is_root else partial(_may, action)
    refusing = is_root or name in _refused()
    resolver.wrapped_func = _guarded(resolver.wrapped_func, _or_denied(admits) if refusing else admits)


def _role_may(action: Action, source: Any, context: Context) -> bool:
    return scope_of(context.actor, action) is not None


def _may(action: Action, source: Any, context: Context) -> bool:
    return may(context.actor, action, source.belongings)


def _or_denied(admits: Permit) -> Permit:
    def permit(source: Any, context: Context) -> bool:
        if not admits(source, context):
            raise denied(context.actor)
        return True

    return permit


def _guarded(resolve: Any, permit: Permit) -> Any:
    """Wrap a resolver, keeping its kind: null without permission, unless `permit` raises."""
    if isasyncgenfunction(resolve):

        @wraps(resolve)
        async def follow(source: Any, **arguments: Any) -> AsyncGenerator[Any, None]:
            context: Context = arguments["info"].context
            context.permit = partial(permit, source, context)
            context.permit()
            async with aclosing(resolve(source, **arguments)) as answers:
                async for answer in answers:
                    yield answer

        return follow
    if iscoroutinefunction(resolve):

        @wraps(resolve)
        async def answer_later(source: Any, **arguments: Any) -> Any:
            return await resolve(source, **arguments) if permit(source, arguments["info"].context) else None

        return answer_later

    @wraps(resolve)
    def answer(source: Any, **arguments: Any) -> Any:
        return resolve(source, **arguments) if permit(source, arguments["info"].context) else None

    return answer
