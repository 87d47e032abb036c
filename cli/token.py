"""`parentalite token`: print a bearer token on standard output, and nothing else there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from application.sign_in.claim_values import LONGEST_SUBJECT
from application.sign_in.claims import TOKEN_ROLES
from application.sign_in.local import issue_token
from cli.composition import own_token_secret, settings_from_environment, utc_now
from cli.console import warn
from domain.kernel.actors import Role
from domain.kernel.identifiers import check_siret, check_uai
from domain.kernel.validation import TerritoryCode

_TERRITORY: TypeAdapter[str] = TypeAdapter(TerritoryCode)

_ROLES = ", ".join(TOKEN_ROLES)

#: The option a role needs; without it the token can do nothing that needs the role.
_NEEDS = {
    Role.STRUCTURE: "--structure SIRET",
    Role.COORDONNATEUR: "--territory CODE",
    Role.DIRECTOR: "--school UAI",
    Role.INSPECTOR: "--school UAI",
    Role.HEAD: "--school UAI",
    Role.TEACHER: "--school UAI",
}


def token(
    role: Annotated[
        Role,
        typer.Option(
            "--role",
            parser=lambda value: _role(value),
            metavar="ROLE",
            help=f"The holder's role: {_ROLES}.",
            show_default=False,
        ),
    ],
    subject: Annotated[
        str, typer.Option("--subject", help="The holder's name in the log; parents appear under a pseudonym.")
    ] = "",
    structure: Annotated[
        list[str] | None, typer.Option("--structure", metavar="SIRET", help="A structure it speaks for. Repeatable.")
    ] = None,
    territory: Annotated[
        list[str] | None,
        typer.Option("--territory", metavar="CODE", help="A territory it speaks for: 34, 2A, 971… Repeatable."),
    ] = None,
    school: Annotated[
        list[str] | None, typer.Option("--school", metavar="UAI", help="A school it speaks for. Repeatable.")
    ] = None,
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="Days of validity.")] = 30,
) -> None:
    """Print a bearer token for the API, and nothing else on standard output.

    Send it as a header: Authorization: Bearer TOKEN. It is signed with PARENTALITE_TOKEN_SECRET, which the embedded
    setup generates and stores.

    Examples: `parentalite token --role national`, `parentalite token --role structure --structure 21340172201787`
    """
    sirets, territories, schools = _sirets(structure or ()), _territories(territory or ()), _schools(school or ())
    settings = settings_from_environment()
    if role in _NEEDS and not (sirets or territories or schools):
        warn(f"without {_NEEDS[role]} this token speaks for nothing, and may do little")
    typer.echo(
        issue_token(
            own_token_secret(settings),
            role,
            _subject(subject) or f"{role}-demo",
            utc_now(),
            sirets=sirets,
            territories=territories,
            schools=schools,
            valid_for=timedelta(days=days),
        )
    )


def _role(value: str) -> Role:
    if value not in TOKEN_ROLES:
        raise typer.BadParameter(f"{value!r} is no role of a token: choose from {_ROLES}")
    return Role(value)


def _subject(text: str) -> str:
    subject = text.strip()
    if len(subject) > LONGEST_SUBJECT or (subject and not subject.isprintable()):
        raise typer.BadParameter(f"{LONGEST_SUBJECT} printable characters at most", param_hint="--subject")
    return subject


def _sirets(values: Sequence[str]) -> list[str]:
    try:
        return [check_siret(value) for value in values]
    except ValueError:
        raise typer.BadParameter(
            f"a SIRET has 14 digits, the last of them a check digit: {', '.join(values)}", param_hint="--structure"
        ) from None


def _schools(values: Sequence[str]) -> list[str]:
    try:
        return [check_uai(value) for value in values]
    except ValueError:
        raise typer.BadParameter(
            f"a UAI has seven digits and a check letter: {', '.join(values)}", param_hint="--school"
        ) from None


def _territories(values: Sequence[str]) -> list[str]:
    try:
        return [_TERRITORY.validate_python(value) for value in values]
    except ValidationError:
        raise typer.BadParameter(
            f"a territory is the number of a department, 34, 2A or 971: {', '.join(values)}", param_hint="--territory"
        ) from None
