"""Names, e-mail addresses and telephone numbers of people.

An address is one mailbox, a telephone number one line; each has a comparison form in which its spellings are equal.
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
#: Old relays pass « % » and « ! » on to another host (RFC 1123, section 5.2.16); readers of headers decode « =?…?= »
#: into another address (RFC 2047).
_ROUTES = re.compile(r"[%!?]")
#: Characters of names beside letters: apostrophes as people type them, the hyphens of Hebrew (U+05BE) and Armenian
#: (U+058A), dots within names in Catalan, Chinese and Japanese, marks within words in Tibetan (U+0F0B) and Hebrew
#: (U+05F3), the joiners U+200C and U+200D, and a usual name in brackets or quotation marks.
_NAME_SIGNS = re.compile(r"[ .,\-'’‘´`ʼʹ\u055a\u05f3\u05f4·‧\u30fb‐‑–\u058a\u05be\u0f0b\u0f0c\u200c\u200d()\"“”„«»]")
#: A dot ends an initial or an abbreviation: « J.-P. », « Jr. ». A letter right after it reads as the name of a site.
_DOT_IN_A_WORD = re.compile(r"\.\w")
_SITE = re.compile(r"://|\bwww\.|\b[a-z0-9-]{2,}\.[a-z]{2,24}\b(?!\.)", re.IGNORECASE | re.ASCII)
#: Endings of sites in any case. Other endings count in small letters only: « St.Joseph » is a school.
_ENDINGS = frozenset(
    {"app", "biz", "click", "club", "com", "dev", "eu", "fr", "info", "io", "link", "net", "org", "shop"}
)
#: Registers number namesakes; telephone numbers and sums of money have more digits.
_MOST_DIGITS = 4


def written_address(value: str) -> str:
    """Return the mailbox as stored: NFC, its domain in lower-case ASCII (IDNA 2008), its local part as typed.

    Raise ValueError (French) unless it is exactly one mailbox that every mail server can write to.
    """
    if len(value) > LONGEST_ADDRESS:
        raise ValueError(f"{LONGEST_ADDRESS} caractères au plus")
    try:
        address = validate_email(value, check_deliverability=False)
    except EmailNotValidError:
        raise ValueError(_EXPECTED_ADDRESS) from None
    if address.ascii_email is None:
        # Not every server on the way has SMTPUTF8 (RFC 6531): refuse now rather than lose letters later.
        raise ValueError("avant le @, lettres sans accent attendues : beaucoup de messageries refusent les autres")
    if _ROUTES.search(address.local_part):
        raise ValueError(_EXPECTED_ADDRESS)
    return address.ascii_email


def comparison_form(address: str) -> str:
    """Return the form in which two spellings of one mailbox are equal. Never shown, never written to.

    Never raises: addresses recorded before they had a type are compared as they stand.
    """
    try:
        return written_address(address.strip()).casefold()
    except ValueError:
        return unicodedata.normalize("NFC", address.strip()).casefold()


def written_phone(value: str) -> str:
    """Return the number as its owner wrote it, in plain digits and single blanks.

    Raise ValueError (French) unless it is a national number of France, overseas included, or an international one.
    """
    if _number(value) is None:
        raise ValueError(_EXPECTED_PHONE)
    return " ".join(unicodedata.normalize("NFKC", value).split())


def phone_comparison_form(phone: str) -> str:
    """Return the form in which two spellings of one number are equal: E.164, or the digits if it is no number."""
    if number := _number(phone):
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return "".join(char for char in phone if char.isdigit())


def name_comparison_form(*names: str) -> str:
    """Return the form in which two spellings of one person's name are equal: no accents, capitals, or hyphens."""
    letters = unicodedata.normalize("NFKD", " ".join(names)).casefold()
    words = "".join(letter if letter.isalnum() else " " for letter in letters if not unicodedata.combining(letter))
    return " ".join(words.split())


def _number(value: str) -> phonenumbers.PhoneNumber | None:
    typed = unicodedata.normalize("NFKC", value)
    # Metropolitan France comes last: its plan would also accept overseas numbers.
    number = next((valid for region in (*_OVERSEAS, "FR") if (valid := _valid(typed, region))), None)
    # ARCEP's numbers for fiction (06 39 98…) and new ranges are not in the library's tables.
    return number or _possible(typed)


def _valid(typed: str, region: str) -> phonenumbers.PhoneNumber | None:
    number = _parsed(typed, region)
    return number if number and phonenumbers.is_valid_number(number) and _fits_region(number, region, typed) else None


def _fits_region(number: phonenumbers.PhoneNumber, region: str, typed: str) -> bool:
    """Return whether a national number belongs to this region; an international one carries its own."""
    return typed.lstrip().startswith(("+", "00")) or phonenumbers.is_valid_number_for_region(number, region)


def _possible(typed: str) -> phonenumbers.PhoneNumber | None:
    number = _parsed(typed, "FR")
    if number is None or not phonenumbers.is_possible_number(number):
        return None
    # A French number has nine digits after 0 or +33, and the first is not 0.
    french = number.country_code == _FRANCE
    return None if french and not 100_000_000 <= (number.national_number or 0) <= 999_999_999 else number


def _parsed(typed: str, region: str) -> phonenumbers.PhoneNumber | None:
    if re.fullmatch(r"\s*\+?[0-9 .()/\u2010-\u2015\u2212-]{6,29}", typed, re.ASCII) is None:
        return None
    try:
        return phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        return None


def _name_of_a_person(value: str) -> str:
    # Some signs are letters to Unicode: the apostrophe of Ukrainian (U+02BC).
    written = _NAME_SIGNS.sub("", value)
    letters = [char for char in written if unicodedata.category(char)[0] in "LM"]
    digits = sum(char.isdecimal() for char in written)
    if not letters or len(written) > len(letters) + digits or digits > _MOST_DIGITS or _DOT_IN_A_WORD.search(value):
        raise ValueError("nom attendu : lettres, espaces, traits d'union, apostrophes et parenthèses seulement")
    return value


def names_a_site(text: str) -> bool:
    """Return whether the text reads as the address of a site, with or without a scheme."""
    return any(_is_site(match) for match in _SITE.findall(unicodedata.normalize("NFKC", text)))


def _is_site(match: str) -> bool:
    ending = match.rpartition(".")[2]
    return not ending or "://" in match or ending.islower() or ending.lower() in _ENDINGS


def _a_name(value: str) -> str:
    if names_a_site(value):
        raise ValueError("nom attendu, sans adresse de site")
    if not any(char.isalnum() for char in value):
        raise ValueError("nom attendu, avec des lettres ou des chiffres")
    return value


EmailAddress = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=LONGEST_ADDRESS), AfterValidator(written_address)
]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=30), AfterValidator(written_phone)]
#: A first or last name, fit for a greeting: it holds nothing to click on or to call.
PersonName = line(80, check=_name_of_a_person)
#: The name of an office or a place where people work.
Name = line(200, check=_a_name)
