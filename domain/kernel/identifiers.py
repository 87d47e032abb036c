"""Official identifiers and the stream ids that derive from them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Annotated
from uuid import UUID, uuid5

from pydantic import AfterValidator, WithJsonSchema
from stdnum.exceptions import ValidationError as StdnumError
from stdnum.fr import siret as siret_number

#: Never change: every derived stream id depends on it.
NAMESPACE = UUID("6f7c1c0e-2a3f-5d11-9a53-0b6f0c7d971e")

#: With room for blanks, dots and hyphens between groups. Checked first, since texts are read character by character.
LONGEST_IDENTIFIER = 40
#: Separators between the groups of a number: blanks, dots, hyphens and dashes, strokes.
_BETWEEN_GROUPS = re.compile(r"(?<=[0-9A-Za-z])[\s.\-\u2010-\u2015\u2212_/]+(?=[0-9A-Za-z])")

_BAD_SIRET = "numéro invalide ; attendus : 14 chiffres, dont une clé de contrôle juste"
_BAD_UAI = "code invalide ; attendus : 7 chiffres et une lettre, par exemple 0340005W"

UAI_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"  # 23 letters: no I, O, Q
#: What UAIs begin with that is not the code of the department: 987 is Wallis there, and French Polynesia elsewhere.
_SCHOOLS_APART = {"620": "2A", "720": "2B", "983": "988", "984": "987", "987": "986"}
_UAI = re.compile(r"(\d{7})([A-Z])", re.ASCII)


def without_separators(value: str) -> str:
    """Return an identifier as typed, in capitals and without blanks, dots or hyphens between its groups."""
    return _BETWEEN_GROUPS.sub("", unicodedata.normalize("NFKC", value)).upper()


def check_siret(value: str) -> str:
    """Return the 14 digits of a SIRET. Raise ValueError (French) if the length or the check digit is wrong."""
    if len(value) > LONGEST_IDENTIFIER:
        raise ValueError(_BAD_SIRET)
    try:
        return str(siret_number.validate(without_separators(value)))
    except StdnumError as error:
        raise ValueError(_BAD_SIRET) from error


def check_uai(value: str) -> str:
    """Return a UAI in capitals: seven digits and a check letter, the digits modulo 23 in `UAI_LETTERS`.

    Raise ValueError (French) if it is no UAI.
    """
    if len(value) > LONGEST_IDENTIFIER:
        raise ValueError(_BAD_UAI)
    match = _UAI.fullmatch(without_separators(value).strip())
    if match is None:
        raise ValueError(_BAD_UAI)
    digits, letter = match.groups()
    if UAI_LETTERS[int(digits) % 23] != letter:
        raise ValueError("code invalide : la lettre de contrôle ne correspond pas aux chiffres")
    return digits + letter


_BOUND = WithJsonSchema({"type": "string", "maxLength": LONGEST_IDENTIFIER})
Siret = Annotated[str, AfterValidator(check_siret), _BOUND]
Uai = Annotated[str, AfterValidator(check_uai), _BOUND]


def department_of_school(uai: str) -> str | None:
    """Return the department that a UAI begins with, or None: `018` is 18, `620` is 2A, `971` is 971, `984` is 987.

    The department of a school always follows from its UAI, never from an input.
    """
    prefix = uai[:3]
    if prefix in _SCHOOLS_APART:
        return _SCHOOLS_APART[prefix]
    if prefix.startswith("97"):
        return prefix
    return prefix[1:] if prefix.startswith("0") and prefix != "000" else None


def schools_begin_with(department: str) -> str:
    """Return the first three digits of a department's UAIs, the inverse of `department_of_school`."""
    apart = {code: prefix for prefix, code in _SCHOOLS_APART.items()}
    return apart.get(department) or department.rjust(3, "0")


def structure_id(siret: str) -> UUID:
    """Return the id of a structure's single account. It derives from the SIRET, so there cannot be two."""
    return uuid5(NAMESPACE, f"structure:{siret}")


def siret_id(siret: str) -> UUID:
    """Return the stream that says whose account a SIRET belongs to, where a structure has moved to it."""
    return uuid5(NAMESPACE, f"siret:{siret}")


def school_id(uai: str) -> UUID:
    """Return the stream of what is known of a school."""
    return uuid5(NAMESPACE, f"school:{uai}")


def school_project_id(uai: str, school_year: str) -> UUID:
    """Return the stream of what is recorded of a school's project for a school year."""
    return uuid5(NAMESPACE, f"school-project:{uai}:{school_year}")


def strategy_id(territory: str, edition: int) -> UUID:
    """Return the stream of a version of a territory's strategy: they are numbered from 1, so none is written twice."""
    return uuid5(NAMESPACE, f"strategy:{territory}:{edition}")


def territory_id(code: str) -> UUID:
    return uuid5(NAMESPACE, f"territory:{code}")


def person_id(subject: str) -> UUID:
    """Return the pseudonym of a signed-in person. The log never holds the subject itself."""
    return uuid5(NAMESPACE, f"person:{subject}")


def account_id(subject: str) -> UUID:
    """Return the stream of the account of the person with that subject."""
    return uuid5(NAMESPACE, f"account:{subject}")


def letters_id(about_id: UUID) -> UUID:
    """Return the stream of undelivered letters about one registration, contact, candidature or invitation."""
    return uuid5(NAMESPACE, f"letters:{about_id}")


def logo_id(owner: UUID) -> UUID:
    """Return the stream of the logo of a structure, or of a territory by its stream."""
    return uuid5(NAMESPACE, f"logo:{owner}")


def webhook_id(owner: UUID | None, number: int) -> UUID:
    """Return the stream of a subscription: the structure's or territory's of that number; of the nation for None."""
    return uuid5(NAMESPACE, f"webhook:{owner or 'nation'}:{number}")


def contact_list_id(structure_id: UUID) -> UUID:
    """Return the stream of a structure's contact list."""
    return uuid5(NAMESPACE, f"contacts:{structure_id}")


def registration_book_id(animation_id: UUID) -> UUID:
    """Return the stream of all registrations for an animation."""
    return uuid5(NAMESPACE, f"registrations:{animation_id}")


def satisfaction_id(owner_id: UUID) -> UUID:
    """Return the stream of the answers to the questionnaire of an animation, or of a structure's small animations."""
    return uuid5(NAMESPACE, f"satisfaction:{owner_id}")


def structure_contact_id(structure_id: UUID) -> UUID:
    """Return the owner of the key that seals a structure's public contact, apart from the key of its name."""
    return uuid5(NAMESPACE, f"structure-contact:{structure_id}")


def publication_author_id(publication_id: UUID) -> UUID:
    """Return who signs a publication without an address that they could be known by."""
    return uuid5(NAMESPACE, f"publication-author:{publication_id}")


def feed_id(filters: Iterable[tuple[str, str]]) -> UUID:
    """Return the id of the feed of what passes these filters, wherever the site is."""
    return uuid5(NAMESPACE, f"feed:{sorted(filters)}")


def file_id(sha256: str) -> UUID:
    """Return the stream of the file with that digest."""
    return uuid5(NAMESPACE, f"file:{sha256}")


def passkeys_id(person: str) -> UUID:
    """Return the stream of the passkeys of whoever is stamped as `person`."""
    return uuid5(NAMESPACE, f"passkeys:{person}")


def convention_of_key(idempotency_key: UUID) -> UUID:
    """Return the stream of the convention that was signed under that key."""
    return uuid5(NAMESPACE, f"convention:{idempotency_key}")


TYPOLOGY_ID = uuid5(NAMESPACE, "typology")
ATTESTATION_FORM_ID = uuid5(NAMESPACE, "attestation-form")
SATISFACTION_FORM_ID = uuid5(NAMESPACE, "satisfaction-form")
#: The stream of the map's roots (docs/proof.md).
MAP_ID = uuid5(NAMESPACE, "proof-map")
#: The stream of the checks of the whole log.
LOG_CHECKS_ID = uuid5(NAMESPACE, "proof-log-checks")
RESTORATIONS_ID = uuid5(NAMESPACE, "log-restorations")
#: The stream of who has to sign which acts (docs/proof.md, "Who has to sign").
SIGNING_RULE_ID = uuid5(NAMESPACE, "proof-signing-rule")
