"""What people are called and reached by: names, e-mail addresses, telephones.

An address is one mailbox, a telephone one line; each has one form in which its spellings compare equal.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, StringConstraints

from domain.kernel.validation import line

#: RFC 5321, section 4.5.3.1.3, less the angle brackets.
LONGEST_ADDRESS = 254
#: Territories whose national numbers are not those of metropolitan France, each with a plan of its own.
_OVERSEAS = ("GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "NC", "PF", "WF")
_FRANCE = 33
_EXPECTED_ADDRESS = "adresse électronique attendue, une seule, par exemple nom@exemple.fr"
_EXPECTED_PHONE = "numéro de téléphone attendu, par exemple 06 12 34 56 78, 0590 12 34 56 ou +32 470 12 34 56"
#: A relay of old would hand « % » and « ! » on to another host (RFC 1123, section 5.2.16); « =?…?= » is decoded as
#: another address by what reads it as a header (RFC 2047).
_ROUTES = re.compile(r"[%!?]")
#: U+200C, U+200D, U+2019 and the letters' own modifier apostrophes stand in names of many languages.
_NAME_SIGNS = re.compile(r"[ '’ʼ.·‐‑–\u200c\u200d-]")
#: A dot ends an initial or an abbreviation: « J.-P. », « Jr. ». What follows it at once reads as the name of a site.
_DOT_IN_A_WORD = re.compile(r"\.\w")
_SITE = re.compile(r"://|\bwww\.|\b[a-z0-9-]{2,}\.[a-z]{2,24}\b(?!\.)", re.IGNORECASE | re.ASCII)
#: As sites end, however they are written; any other ending counts in small letters alone: « St.Joseph » is a school.
_ENDINGS = frozenset(
    {"app", "biz", "click", "club", "com", "dev", "eu", "fr", "info", "io", "link", "net", "org", "shop"}
)
#: Registers tell namesakes apart by a number; a telephone or a sum of money takes more.
_MOST_DIGITS = 4


def written_address(value: str) -> str:
    """The mailbox as it is kept: NFC, its domain in lower-case ASCII (IDNA 2008), its local part as typed.

    Raises ValueError (French) on what is not exactly one mailbox that every mail server can write to.
    """
    if len(value) > LONGEST_ADDRESS:
        raise ValueError(f"{LONGEST_ADDRESS} caractères au plus")
    try:
        address = validate_email(value, check_deliverability=False)
    except EmailNotValidError:
        raise ValueError(_EXPECTED_ADDRESS) from None
    if address.ascii_email is None:
        # SMTPUTF8 (RFC 6531) is not everywhere on the way: better told now than lost later.
        raise ValueError("avant le @, lettres sans accent attendues : beaucoup de messageries refusent les autres")
    if _ROUTES.search(address.local_part):
        raise ValueError(_EXPECTED_ADDRESS)
    return address.ascii_email


def comparison_form(address: str) -> str:
    """The form in which two spellings of one mailbox are equal. Never shown, never written to.

    Total: what was recorded before addresses had a type is compared as it stands.
    """
    try:
        return written_address(address.strip()).casefold()
    except ValueError:
        return unicodedata.normalize("NFC", address.strip()).casefold()


def written_phone(value: str) -> str:
    """The number as its person wrote it, in plain digits and single blanks.

    National numbers are those of France, overseas territories included. Raises ValueError (French) otherwise.
    """
    if _number(value) is None:
        raise ValueError(_EXPECTED_PHONE)
    return " ".join(unicodedata.normalize("NFKC", value).split())


def phone_comparison_form(phone: str) -> str:
    """The form in which two spellings of one telephone are equal: E.164; of what is none, its digits."""
    if number := _number(phone):
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return "".join(char for char in phone if char.isdigit())


def _number(value: str) -> phonenumbers.PhoneNumber | None:
    typed = unicodedata.normalize("NFKC", value)
    # Metropolitan France comes last: it would take numbers of overseas, which its plan leaves free.
    number = next((found for region in (*_OVERSEAS, "FR") if (found := _valid(typed, region))), None)
    # The numbers that ARCEP keeps for fiction (06 39 98…), and new ranges, are possible before the tables know them.
    return number or _possible(typed)


def _valid(typed: str, region: str) -> phonenumbers.PhoneNumber | None:
    number = _parsed(typed, region)
    return number if number and phonenumbers.is_valid_number(number) and _of(number, region, typed) else None


def _of(number: phonenumbers.PhoneNumber, region: str, typed: str) -> bool:
    """Whether a national number belongs to the region it was read in; an international one says so itself."""
    return typed.lstrip().startswith(("+", "00")) or phonenumbers.is_valid_number_for_region(number, region)


def _possible(typed: str) -> phonenumbers.PhoneNumber | None:
    number = _parsed(typed, "FR")
    if number is None or not phonenumbers.is_possible_number(number):
        return None
    # A French number has nine digits after its 0 or its +33, none of them a 0 at first.
    french = number.country_code == _FRANCE
    return None if french and not 100_000_000 <= (number.national_number or 0) <= 999_999_999 else number


def _parsed(typed: str, region: str) -> phonenumbers.PhoneNumber | None:
    if re.fullmatch(r"\s*\+?[0-9 .()/-]{6,29}", typed, re.ASCII) is None:
        return None
    try:
        return phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        return None


def _name_of_a_person(value: str) -> str:
    letters = [char for char in value if unicodedata.category(char)[0] in "LM"]
    digits = sum(char.isdecimal() for char in value)
    others = len(value) - len(letters) - digits - len(_NAME_SIGNS.findall(value))
    if not letters or others or digits > _MOST_DIGITS or _DOT_IN_A_WORD.search(value):
        raise ValueError("nom attendu : lettres, espaces, traits d'union et apostrophes seulement")
    return value


def names_a_site(text: str) -> bool:
    """Whether the text reads as the address of a site, written with a scheme or without."""
    return any(_is_site(match) for match in _SITE.findall(unicodedata.normalize("NFKC", text)))


def _is_site(match: str) -> bool:
    ending = match.rpartition(".")[2]
    return not ending or "://" in match or ending.islower() or ending.lower() in _ENDINGS


def _no_site(value: str) -> str:
    if names_a_site(value):
        raise ValueError("nom attendu, sans adresse de site")
    return value


EmailAddress = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=LONGEST_ADDRESS), AfterValidator(written_address)
]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=30), AfterValidator(written_phone)]
#: A first or last name, as letters greet with it: nothing that a stranger would click on or call.
PersonName = line(80, check=_name_of_a_person)
#: What an office or a place where people work is called.
Name = line(200, check=_no_site)
