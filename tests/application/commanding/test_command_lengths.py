"""Every text, list and day that a command takes has a bound, looked at before anything else is."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from pydantic import ValidationError, create_model

from application.application import USE_CASES

_BOUNDED_FORMATS = {"uuid", "date", "date-time", "duration"}
#: New values by field name, each validated as the content: see `modify` of animations and of publications.
_ELSEWHERE = {("AnimationModify", "changes"), ("PublicationModify", "changes")}


def unbounded(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Iterator[str]:
    """What a JSON schema admits without a longest length."""
    if "$ref" in schema:
        yield from unbounded(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    for choice in schema.get("anyOf", ()):
        yield from unbounded(choice, definitions)
    match schema.get("type"):
        case "string":
            if not {"maxLength", "enum", "const"} & schema.keys() and schema.get("format") not in _BOUNDED_FORMATS:
                yield "text"
        case "array":
            if "maxItems" not in schema:
                yield "list"
            yield from unbounded(schema.get("items", {}), definitions)
        case "object":
            if "properties" not in schema:
                yield "table"
            for property in schema.get("properties", {}).values():
                yield from unbounded(property, definitions)


def test_every_field_of_a_command_has_a_longest_length():
    wrong = []
    for command in USE_CASES:
        fields = {
            name: (field.annotation, field)
            for name, field in command.model_fields.items()
            if not field.exclude and (command.__name__, name) not in _ELSEWHERE
        }
        model: Any = create_model("Fields", **fields)  # type: ignore[call-overload]
        schema = model.model_json_schema()
        for name, field_schema in schema.get("properties", {}).items():
            wrong += [f"{command.__name__}.{name}: {kind}" for kind in unbounded(field_schema, schema.get("$defs", {}))]
    assert not wrong, "\n".join(wrong)


def test_every_day_of_a_command_is_of_our_time():
    """A slip of the keyboard signed a convention for 8,000 years."""
    wrong, days = [], 0
    for command in USE_CASES:
        for name, field in command.model_fields.items():
            if field.exclude or field.annotation not in (date, date | None):
                continue
            days += 1
            for far in (date(1799, 1, 1), date(9999, 12, 31)):
                try:
                    command.__pydantic_validator__.validate_assignment(command.model_construct(), name, far)
                except ValidationError:
                    continue
                wrong.append(f"{command.__name__}.{name}: {far}")
    assert not wrong, "\n".join(wrong)
    assert days > 15
