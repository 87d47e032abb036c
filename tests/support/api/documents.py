"""Documents drawn by chance from a schema: valid, and as odd as clients' are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any, cast

from graphql import (
    ASTValidationRule,
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    parse,
)
from strawberry.schema.schema import validate_document

DEEPEST = 5


@dataclass
class Drawn:
    """One document with its variables."""

    query: str
    variables: dict[str, Any]


@dataclass
class Drawing:
    """Draws documents; `values` gives for an argument's or a type's name what may be said, good and bad."""

    schema: GraphQLSchema
    values: Mapping[str, Sequence[Any]]
    random: Random
    rules: Sequence[type[ASTValidationRule]]
    _declared: list[str] = field(default_factory=list)
    _variables: dict[str, Any] = field(default_factory=dict)
    _fragments: list[str] = field(default_factory=list)

    def document(self) -> Drawn:
        """A valid one: some that are drawn have more aliases than are allowed, or null where it may not be."""
        while True:
            drawn = self._drawn()
            # What is beyond the limits is raised.
            with suppress(GraphQLError):
                if not validate_document(self.schema, parse(drawn.query), tuple(self.rules)):
                    return drawn

    def _drawn(self) -> Drawn:
        self._declared, self._variables, self._fragments = [], {}, []
        root = self.schema.query_type
        assert root is not None
        selections = self._selections(root, 0, most=2)
        declared = f"({', '.join(self._declared)})" if self._declared else ""
        return Drawn(f"query Drawn{declared} {selections}\n" + "\n".join(self._fragments), dict(self._variables))

    def _selections(self, parent: GraphQLNamedType, depth: int, most: int = 5) -> str:
        parts = []
        if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            names = [name for name in parent.fields if depth < DEEPEST or not self._is_composite(parent, name)]
            for name in self.random.sample(names, min(len(names), self.random.randint(1, most))):
                parts.append(self._field(parent, name, depth))
        if self.random.random() < 0.2 or not parts:
            parts.append(f"{self._name()}: __typename")
        if not isinstance(parent, GraphQLObjectType):
            possible = self.schema.get_possible_types(parent)  # type: ignore[arg-type]
            for member in self.random.sample(list(possible), min(2, len(possible))):
                parts.append(f"... on {member.name} {self._selections(member, depth + 1, 3)}")
        elif depth and self.random.random() < 0.2:
            parts.append(self._fragment(parent, depth))
        return "{ " + " ".join(parts) + " }"

    def _is_composite(self, parent: GraphQLObjectType | GraphQLInterfaceType, name: str) -> bool:
        return is_composite_type(get_named_type(parent.fields[name].type))

    def _field(self, parent: GraphQLObjectType | GraphQLInterfaceType, name: str, depth: int) -> str:
        definition = parent.fields[name]
        values = []
        for argument, declared in definition.args.items():
            required = isinstance(declared.type, GraphQLNonNull)
            if required or self.random.random() < 0.3:
                values.append(f"{argument}: {self._argument(argument, declared.type)}")
        arguments = f"({', '.join(values)})" if values else ""
        named = get_named_type(definition.type)
        inner = " " + self._selections(named, depth + 1) if is_composite_type(named) else ""
        # Of its own, so that what is asked for twice with other arguments never meets under one key.
        alias = f"{self._name()}: " if depth == 0 or arguments or inner or self.random.random() < 0.2 else ""
        return f"{alias}{name}{arguments}{self._directive()}{inner}"

    def _fragment(self, parent: GraphQLObjectType, depth: int) -> str:
        inner = self._selections(parent, depth + 1, 3)
        if self.random.random() < 0.5:
            condition = f" on {parent.name}" if self.random.random() < 0.5 else ""
            return f"...{condition}{self._directive()} {inner}"
        name = self._name().upper()
        self._fragments.append(f"fragment {name} on {parent.name} {inner}")
        return f"...{name}{self._directive()}"

    def _directive(self) -> str:
        if self.random.random() > 0.12:
            return ""
        included = self.random.random() < 0.5
        condition = self._variable("Boolean!", included) if self.random.random() < 0.4 else str(included).lower()
        return f" @{self.random.choice(['include', 'skip'])}(if: {condition})"

    def _argument(self, name: str, declared: GraphQLInputType) -> str:
        value = self._value(name, declared)
        if self.random.random() < 0.5:
            return self._variable(str(declared), value)
        return self._literal(value, declared)

    def _value(self, name: str, declared: GraphQLInputType) -> Any:
        if isinstance(declared, GraphQLNonNull):
            return self._value(name, declared.of_type)
        if name not in self.values and self.random.random() < 0.1:
            return None
        if isinstance(declared, GraphQLList):
            item: Any = GraphQLNonNull(cast("Any", get_named_type(declared)))
            return [self._value(name, item) for _ in range(self.random.randint(0, 2))]
        if isinstance(declared, GraphQLEnumType):
            return self.random.choice(list(declared.values))
        if isinstance(declared, GraphQLInputObjectType):
            return self._input(declared)
        return self.random.choice(self.values.get(name, self.values[declared.name]))

    def _input(self, declared: GraphQLInputObjectType) -> dict[str, Any]:
        names = list(declared.fields)
        if declared.extensions["strawberry-definition"].is_one_of:
            names = [self.random.choice(names)]
            return {name: self._value(name, GraphQLNonNull(declared.fields[name].type)) for name in names}
        chosen = [
            name
            for name in names
            if isinstance(declared.fields[name].type, GraphQLNonNull) or self.random.random() < 2 / len(names)
        ]
        return {name: self._value(name, declared.fields[name].type) for name in chosen}

    def _literal(self, value: Any, declared: GraphQLInputType) -> str:
        if isinstance(declared, GraphQLNonNull):
            return self._literal(value, declared.of_type)
        if value is None:
            return "null"
        if isinstance(declared, GraphQLList):
            return "[" + ", ".join(self._literal(item, declared.of_type) for item in value) + "]"
        if isinstance(declared, GraphQLInputObjectType):
            fields = declared.fields
            return (
                "{"
                + ", ".join(f"{name}: {self._literal(item, fields[name].type)}" for name, item in value.items())
                + "}"
            )
        if isinstance(declared, GraphQLEnumType):
            return str(value)
        return {True: "true", False: "false"}[value] if isinstance(value, bool) else self._plain(value)

    def _plain(self, value: Any) -> str:
        return f'"{value}"' if isinstance(value, str) else str(value)

    def _variable(self, declared: str, value: Any) -> str:
        name = self._name()
        self._declared.append(f"${name}: {declared}")
        self._variables[name] = value
        return f"${name}"

    def _name(self) -> str:
        return f"x{self.random.getrandbits(40):x}"
