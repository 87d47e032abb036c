"""Every text and list that a command takes has a length, looked at before anything else is."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import create_model

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
