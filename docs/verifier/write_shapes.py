"""Write into verifier.html what each event's stored data look like, of every schema version that was ever written.

Run by `make reference`. Earlier versions are those of the frozen samples in tests/history/samples.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import domain.catalogue  # noqa: F401  registers every event class
from domain.kernel.events import registered_events

PAGE = Path(__file__).with_name("verifier.html")
SAMPLES = Path(__file__).parents[2] / "tests/history/samples"
#: What a bundle can hold.
_KINDS = ("animation", "convention", "file", "passkey", "proof", "service_dossier", "signing", "structure")
_BLOCK = re.compile(r"(?<=// shapes: written by make reference\n).*?\n(?=// end of shapes)", re.DOTALL)


def shapes() -> dict[str, dict[str, Any]]:
    """Return, by topic and schema version, the shape of each field.

    A shape is "whole", "text", "amount", "flag" or, where null may stand too, the same with "?"; a list with the shape
    of its items; an object of shapes. Of earlier versions only the fields are known: "any".
    """
    by_topic: dict[str, dict[str, Any]] = {}
    for topic, event_class in sorted(registered_events().items()):
        if topic.partition(".")[0] in _KINDS:
            schema = event_class.model_json_schema()
            current = _object(schema, schema.get("$defs", {}))
            earlier = {str(version): _sample(topic, version) for version in range(1, event_class.schema_version())}
            by_topic[topic] = {**earlier, str(event_class.schema_version()): current}
    return by_topic


def _sample(topic: str, version: int) -> dict[str, str]:
    fields: dict[str, str] = {}
    for path in SAMPLES.glob(f"{topic}.v{version}*.json"):
        sample = json.loads(path.read_text("utf-8"))
        fields |= dict.fromkeys(sample.get("state", sample)["data"], "any")
    return fields


def _object(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    return {name: _shape(field, definitions) for name, field in schema.get("properties", {}).items()}


def _shape(schema: dict[str, Any], definitions: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return _shape(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in schema:
        kinds = [kind.get("type") for kind in schema["anyOf"]]
        first = next(kind for kind in schema["anyOf"] if kind.get("type") != "null")
        shape = "amount" if "number" in kinds else _shape(first, definitions)
        return f"{shape}?" if "null" in kinds else shape
    match schema.get("type"):
        case "integer":
            return "whole"
        case "boolean":
            return "flag"
        case "array":
            return [_shape(schema.get("items", {}), definitions)]
        case "object":
            return _object(schema, definitions)
    return "text"


def page() -> str:
    """Return the page with its block of shapes as the code has them."""
    lines = [f"  {json.dumps(topic)}: {json.dumps(versions)}," for topic, versions in shapes().items()]
    block = "\n".join(["const SHAPES = {", *lines, "};"]) + "\n"
    return _BLOCK.sub(lambda _: block, PAGE.read_text("utf-8"))


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
