"""What a territory has to be to join from now on. History is not held to it."""

from __future__ import annotations

from domain.kernel.departments import DEPARTMENTS, clocks_of, named_with_code
from domain.kernel.errors import invalid


def check_is_a_department(code: str) -> None:
    """Raise DomainError for a code that no department has: a territory that joined does not leave."""
    if code not in DEPARTMENTS:
        raise invalid(f"aucun département n'a le numéro {code}.", "code")


def check_clocks(code: str, time_zone: str) -> None:
    """Raise DomainError where the clocks are not those of the department: every hour there would be wrong."""
    clocks = clocks_of(code)
    if time_zone not in clocks:
        raise invalid(f"ce n'est pas l'heure de {named_with_code(code)} : {' ou '.join(clocks)} attendu.", "time_zone")
