"""Requests made to harm: each kind drawn at random, as the bytes that a client would send to /graphql."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from uuid import UUID

import orjson

Draw = Callable[[Random], bytes]


def _asking(query: str, **variables: object) -> bytes:
    return orjson.dumps({"query": query, "variables": variables})


def _deep_fields(random: Random) -> bytes:
    levels = random.choice([20, 200, 2_000])
    return _asking(
        "{ animations { nodes " + "{ structure { animations { nodes " * levels + "{ id }" + " } } }" * levels
    )


def _deep_values(random: Random) -> bytes:
    levels = random.choice([50, 500, 5_000, 20_000])
    opening, closing = random.choice([("[", "]"), ("{a: ", "}")])
    return _asking("{ animations(where: {theme: " + opening * levels + "1" + closing * levels + "}) { totalCount } }")


def _deep_json(random: Random) -> bytes:
    levels = random.choice([500, 5_000, 100_000])
    return b'{"query": "{ position }", "variables": {"a": ' + b"[" * levels + b"]" * levels + b"}}"


def _deep_types(random: Random) -> bytes:
    levels = random.choice([50, 2_000])
    return _asking(f"query ($a: {'[' * levels}Int{']' * levels}) {{ position }}")


def _wide(random: Random) -> bytes:
    name = random.choice(["position", "__typename", "nowhere"])
    return _asking("{ " + f"{name} " * random.choice([1_000, 4_000, 12_000]) + "}")


def _same_answers(random: Random) -> bytes:
    """Fields of one name are compared two by two."""
    times = random.choice([100, 400, 1_200])
    field = random.choice(
        ["animations { totalCount }", "animations(first: 1) { nodes { id } }", "territories { code }"]
    )
    return _asking("{ " + f"{field} " * times + "}")


def _aliased(random: Random) -> bytes:
    field = random.choice(
        [
            "animations(first: 100) { nodes { id title structure { name } themes { label } } }",
            'node(id: "6f7c1c0e-2a3f-4d11-9a53-0b6f0c7d971e") { id }',
            "territories { name dashboard { animations } }",
            "__schema { types { name fields { name args { name } type { name } } } }",
        ]
    )
    return _asking("{ " + " ".join(f"a{number}: {field}" for number in range(random.choice([30, 60, 2_000]))) + " }")


def _within_each_other(random: Random) -> bytes:
    first = random.choice([50, 100, 10**9, -1])
    inner = f"structure {{ animations(first: {first}) {{ nodes {{ id " * 4
    return _asking(f"{{ animations(first: {first}) {{ nodes {{ {inner}{'} } } ' * 4}}} }} }}")


def _huge_lists(random: Random) -> bytes:
    many = random.choice([1_000, 20_000, 60_000])
    where = random.choice(["theme", "territory", "type"])
    return _asking(
        "query ($where: AnimationWhere) { animations(where: $where) { totalCount } }",
        where={where: [f"code-{number}" for number in range(many)]},
    )


def _huge_order(random: Random) -> bytes:
    order = "{field: STARTS_AT, direction: ASC} " * random.choice([10, 400, 3_000])
    return _asking(f"{{ animations(orderBy: [{order}]) {{ totalCount }} }}")


def _huge_text(random: Random) -> bytes:
    word = random.choice(["a ", "école ", "\u0000", "'", "\\", "%_", "🦆", "a&b|c:*!<->", "x" * 50 + " "])
    text = word * random.choice([10, 1_000, 10_000])
    return _asking("query ($text: String) { animations(where: {text: $text}) { totalCount } }", text=text)


def _huge_numbers(random: Random) -> bytes:
    number = random.choice(["1" * 400, "-" + "9" * 5_000, "1e400", "0.1e-9999", "NaN", "Infinity"])
    if random.random() < 0.5:
        return b'{"query": "query($n:Int){animations(first:$n){totalCount}}", "variables": {"n": %b}}' % number.encode()
    return _asking(f"{{ animations(first: {number}) {{ totalCount }} }}")


def _cyclic_fragments(random: Random) -> bytes:
    length = random.choice([1, 2, 50, 500])
    fragments = " ".join(f"fragment F{n} on Query {{ ...F{(n + 1) % length} position }}" for n in range(length))
    return _asking(f"{{ ...F0 }} {fragments}")


def _doubling_fragments(random: Random) -> bytes:
    """2^n fields in n lines."""
    length = random.choice([10, 30, 150])
    inner = random.choice(["", "position ", "animations { totalCount } "])
    fragments = " ".join(f"fragment F{n} on Query {{ {inner}...F{n + 1} ...F{n + 1} }}" for n in range(length))
    return _asking(f"{{ ...F0 }} {fragments} fragment F{length} on Query {{ position }}")


def _doubling_with_aliases(random: Random) -> bytes:
    length = random.choice([5, 15, 40])
    fragments = " ".join(
        f"fragment F{n} on Animation {{ a{n}: structure {{ animations {{ nodes {{ ...F{n + 1} }} }} }} ...F{n + 1} }}"
        for n in range(length)
    )
    return _asking(f"{{ animations {{ nodes {{ ...F0 }} }} }} {fragments} fragment F{length} on Animation {{ id }}")


def _inline_fragments(random: Random) -> bytes:
    levels = random.choice([30, 300, 1_200])
    return _asking("{ " + "... on Query { " * levels + "position" + " }" * levels + " }")


def _directives(random: Random) -> bytes:
    directive = random.choice(["@skip(if: false) ", "@include(if: true) ", "@nowhere "])
    return _asking("{ position " + directive * random.choice([2, 100, 1_000]) + "}")


def _many_variables(random: Random) -> bytes:
    many = random.choice([100, 1_000, 3_000])
    return _asking(f"query ({' '.join(f'$v{n}: Int = {n}' for n in range(many))}) {{ position }}")


def _many_operations(random: Random) -> bytes:
    return _asking(" ".join(f"query Q{n} {{ position }}" for n in range(random.choice([2, 100, 800]))))


def _bad_bytes(random: Random) -> bytes:
    return random.choice(
        [
            b'{"query": "{ position \xff\xfe }"}',
            b'{"query": "{ position \xed\xa0\x80 }"}',
            b'{"query": "{ node(id: \\"\\ud800\\") { id } }"}',
            b'{"query": "{ position \\u0000 }"}',
            b'{"query": "{ position }", "variables": {"\xc3": 1}}',
            b"\xef\xbb\xbf{}",
            b"\x1f\x8b\x08\x00garbage",
            random.randbytes(random.choice([1, 100, 10_000])),
            b'{"query": "{ position }"' + b" " * 500_000 + b"}",
            b'{"query": "' + b"{ position } #" + b"x" * 900_000 + b'"}',
            b'{"query": "{ position }", "a": "' + b"x" * 1_200_000 + b'"}',
            b"",
        ]
    )


def _wrong_types(random: Random) -> bytes:
    wrong: list[object] = [None, 3, [], {}, "x", True, [[]], {"a": None}, -1.5, "null"]
    values = {
        "query": random.choice([*wrong, "{ position }", "query ($id: ID!) { node(id: $id) { id } }"]),
        "variables": random.choice([*wrong, {"id": random.choice(wrong)}]),
        "operationName": random.choice([*wrong, "Q"]),
        "extensions": random.choice([*wrong, {"persistedQuery": random.choice(wrong)}]),
    }
    return orjson.dumps({name: value for name, value in values.items() if random.random() < 0.7})


def _batch(random: Random) -> bytes:
    return orjson.dumps([{"query": "{ position }"}] * random.choice([1, 10, 1_000]))


def _unfinished(random: Random) -> bytes:
    whole = 'query Q($a: Int = 1) { animations(first: $a, where: {text: "é"}) { nodes { ... on Animation { id } } } }'
    cut = random.randrange(len(whole))
    return _asking(
        whole[:cut] + random.choice(["", "{", "}", '"""', "...", "$", "@", "\\", "\u202e", "#"]) + whole[cut + 3 :]
    )


def _long_value_by_aliases(random: Random) -> bytes:
    """Each alias reads the same long value anew."""
    field, declared = random.choice(
        [
            ("structure(siret: $v) { id }", "String!"),
            ("node(id: $v) { id }", "ID!"),
            ("registration(link: $v) { id }", "String!"),
            ("animations(after: $v) { totalCount }", "String!"),
            ("animations(where: { startsFrom: $v }) { totalCount }", "DateTime"),
            ("animations(where: { text: $v }) { totalCount }", "String"),
        ]
    )
    text = random.choice(["1", "A", "é", " ", "a "]) * random.choice([301, 5_000, 30_000, 400_000])
    return _asking(f"query ($v: {declared}) {{ {' '.join(f'a{n}: {field}' for n in range(50))} }}", v=text)


def _long_filters_by_aliases(random: Random) -> bytes:
    many = random.choice([100, 3_000, 4_900])
    where = {random.choice(["theme", "type", "territory"]): [f"{n}" * random.choice([1, 60]) for n in range(many)]}
    fields = " ".join(f"a{n}: animations(where: $w) {{ totalCount }}" for n in range(50))
    return _asking(f"query ($w: AnimationWhere) {{ {fields} }}", w=where)


def _long_codes(random: Random) -> bytes:
    values = {"animationId": str(UUID(int=random.getrandbits(128))), "code": "A" * random.choice([9, 30_000, 900_000])}
    query = "mutation ($input: RegistrationCancelInput!) { registrationCancel(input: $input) { errors { code } } }"
    return _asking(query, input=values)


def _guessed_codes(random: Random) -> bytes:
    animation = UUID(int=random.getrandbits(128))
    guesses = (
        f'a{n}: registrationKeep(input: {{ animationId: "{animation}", code: "{n:08d}" }}) {{ errors {{ code }} }}'
        for n in range(50)
    )
    return _asking(f"mutation {{ {' '.join(guesses)} }}")


def _the_past_by_aliases(random: Random) -> bytes:
    times = random.choice([19, 20, 50])
    moment = random.choice(["position: %d", 'day: "2026-01-%02d"', 'instant: "2026-01-01T00:00:%02dZ"'])
    field = random.choice(
        [
            'animation(id: "6f7c1c0e-2a3f-4d11-9a53-0b6f0c7d971e", at: {%s}) { id }',
            'structure(siret: "1", at: {%s}) { id }',
        ]
    )
    return _asking("{ " + " ".join(f"a{n}: {field % (moment % (1 + n % 28))}" for n in range(times)) + " }")


def _unknown_names(random: Random) -> bytes:
    """Each is compared with those that there are."""
    many = random.choice([50, 4_900])
    where = {f"structureI{number:04d}": 1 for number in range(many)}
    return _asking("query ($w: AnimationWhere) { animations(where: $w) { totalCount } }", w=where)


KINDS: dict[str, Draw] = {
    draw.__name__.strip("_").replace("_", " "): draw
    for draw in (
        _deep_fields,
        _deep_values,
        _deep_json,
        _deep_types,
        _wide,
        _same_answers,
        _aliased,
        _within_each_other,
        _huge_lists,
        _huge_order,
        _huge_text,
        _huge_numbers,
        _cyclic_fragments,
        _doubling_fragments,
        _doubling_with_aliases,
        _inline_fragments,
        _directives,
        _many_variables,
        _many_operations,
        _bad_bytes,
        _wrong_types,
        _batch,
        _unfinished,
        _long_value_by_aliases,
        _long_filters_by_aliases,
        _long_codes,
        _guessed_codes,
        _the_past_by_aliases,
        _unknown_names,
    )
}


def hostile(random: Random) -> tuple[str, bytes]:
    """One request: its kind, and its body."""
    kind = random.choice(list(KINDS))
    return kind, KINDS[kind](random)
