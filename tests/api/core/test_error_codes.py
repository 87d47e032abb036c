"""Every error leaves with a code, and every code stands in one table, which the documentation tells."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from cross_web import HTTPException
from graphql import GraphQLError

import api
import application
import domain
import projections
from api.core.answers import Refused, unexpected
from api.core.coded_errors import coded
from api.core.commanding.payloads import user_errors
from api.core.error_codes import ERROR_CODES
from api.core.errors import ApiError, denied, invalid
from api.http.request_forms import as_refusal
from api.schema import schema
from domain.kernel.actors import PUBLIC
from domain.kernel.errors import DomainError, ErrorCode, Problem

SOURCES = sorted(Path(str(api.__file__)).parent.rglob("*.py"))
PACKAGES = (domain, application, projections, api)


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    yield package
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(module.name)


def _errors() -> list[type[Exception]]:
    """Every kind of error that the code base defines below its command line."""
    kinds = {
        kind
        for package in PACKAGES
        for module in _modules(package)
        for kind in vars(module).values()
        if inspect.isclass(kind) and issubclass(kind, Exception) and kind.__module__ == module.__name__
    }
    return sorted(kinds, key=lambda kind: f"{kind.__module__}.{kind.__qualname__}")


def _instance(kind: type[Exception]) -> Exception:
    """An error of this kind, as it is when nothing but its kind is known."""
    error = kind.__new__(kind)
    if isinstance(error, DomainError):
        error.problems = (Problem(ErrorCode.INVALID, "Ce n'est pas bon."),)
    if isinstance(error, ApiError):
        error = invalid("Ce n'est pas bon.", "field")
    return error


def _codes(error: Exception) -> list[str]:
    """What leaves when a resolver raises it."""
    return [
        str((coded_error.extensions or {})["code"]) for coded_error in coded([GraphQLError("…", original_error=error)])
    ]


ERRORS = _errors()


def test_the_walk_finds_errors_of_every_layer():
    assert {kind.__module__.partition(".")[0] for kind in ERRORS} == {package.__name__ for package in PACKAGES}
    assert {DomainError, ApiError, Refused} <= set(ERRORS)


def test_whatever_a_resolver_raises_leaves_with_a_code_of_the_table():
    codes = {f"{kind.__module__}.{kind.__name__}": _codes(_instance(kind)) for kind in ERRORS}
    wrong = [f"{kind}: {left}" for kind, left in codes.items() if not left or set(left) - set(ERROR_CODES)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("code", ErrorCode)
def test_a_refusal_of_the_domain_keeps_its_code_in_queries_and_in_mutations(code: ErrorCode):
    problem = Problem(code, "Ce n'est pas bon.")
    assert _codes(DomainError([problem])) == [code.value]
    assert [error.code for error in user_errors([problem], signed_in=True)] == [code]
    assert code.value in ERROR_CODES


def test_a_refusal_of_the_domain_tells_all_of_its_problems():
    problems = [Problem(ErrorCode.INVALID, "Titre."), Problem(ErrorCode.CONFLICT, "Version.")]
    assert _codes(DomainError(problems)) == ["INVALID", "CONFLICT"]


def test_what_is_neither_parsed_nor_validated_leaves_with_a_code():
    for document in ("{", "{ nothingOfTheKind }", "{ animation { id } }", "{ " + "position " * 6_000 + "}"):
        result = schema.execute_sync(document)
        assert result.errors
        assert {(error.extensions or {}).get("code") for error in coded(result.errors)} == {"GRAPHQL_INVALID"}


def test_refusals_of_requests_carry_codes_of_the_table():
    ill_formed = HTTPException(400, "No GraphQL query found in the request")
    extensions_of_each = [
        refused.error["extensions"] for refused in (unexpected(KeyError("a secret")), as_refusal(ill_formed))
    ]
    assert [extensions["code"] for extensions in extensions_of_each] == ["INTERNAL", "BAD_REQUEST"]
    assert (denied(PUBLIC).extensions or {})["code"] == "UNAUTHENTICATED"


def _written() -> Iterator[tuple[str, ast.expr]]:
    """Every place where the API writes a code: the second argument of `Refused`, and `code` in a dictionary."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            place = f"{path.name}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refused":
                yield place, node.args[1]
            elif isinstance(node, ast.Dict):
                for key, value in zip(node.keys, node.values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == "code":
                        yield place, value


def test_every_code_that_is_written_stands_in_the_table_and_the_table_holds_no_other():
    codes = {place: value.value for place, value in _written() if isinstance(value, ast.Constant)}
    assert {place: code for place, code in codes.items() if code not in ERROR_CODES} == {}
    assert set(ERROR_CODES) - set(codes.values()) - {code.value for code in ErrorCode} == set()


def test_codes_that_are_not_written_out_are_those_of_the_domain_or_passed_on():
    passed_on = {ast.unparse(value) for _, value in _written() if not isinstance(value, ast.Constant)}
    assert passed_on == {"problem.code.value", "ErrorCode.INVALID.value", "code"}
