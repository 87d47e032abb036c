"""The words of text messages: short, in French, with the code that acts alone and whom to call."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from zoneinfo import ZoneInfo

from application.papers.french import clock_time, in_zone
from application.wording.lines import shorten

_DAYS = ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim.")
#: Telephones split long messages into parts, each of which is paid for, and long ones are left unread.
MAX_SEGMENTS = 3
#: Lengths of title and place, tried in turn until the message is short enough; in other scripts none may be.
_LENGTHS = ((60, 50), (40, 35), (25, 25), (15, 15), (0, 0))
#: The alphabet of text messages (3GPP TS 23.038); `_TWICE` takes two places each. One letter beside it, as « ê » is,
#: and a segment holds 67 letters instead of 153.
_PLAIN = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWICE = frozenset("^{}\\[~]|€")
#: Typographic marks as that alphabet has them.
_MARKS = str.maketrans({"\u00a0": " ", "\u202f": " ", "’": "'", "«": '"', "»": '"', "…": "...", "–": "-", "—": "-"})
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE"})

#: Texts by the kinds of letters that say the same. `{what}`: title, day, hour and place.
TEXTS: Mapping[str, str] = {
    "registration.seated": "Inscription confirmée : {what}. Pour renoncer : {manage}",
    "registration.waiting": "Sur liste d'attente : {what}. Nous vous écrirons si une place se libère. {manage}",
    "registration.seat_obtained": "Une place est à vous : {what}. Pour renoncer : {manage}",
    "registration.questioned": "Changement : {what}. Venez-vous toujours ? {manage}",
    "registration.waiting_questioned": "Changement : {what}. Attendez-vous toujours ? {manage}",
    "registration.question_withdrawn": "Date et lieu rétablis : {what}. Rien à confirmer. {manage}",
    "registration.changed": "Changement (ni de date ni de lieu) : {what}. {manage}",
    "registration.reminder": "Rappel : {what}. Pour renoncer : {manage}",
    "registration.removed": "La structure a retiré votre inscription : {what}.",
    "animation.cancelled": "ANNULÉE : {what}.",
    "animation.suspended": "Suspendue, n'aura pas forcément lieu : {what}. Nous vous écrirons.",
    "animation.resumed": "Maintenue : {what}. {manage}",
}


@dataclass(frozen=True, slots=True)
class Appointment:
    """When and where an animation is, in text messages."""

    starts_at: datetime
    ends_at: datetime
    place: str


@dataclass(frozen=True, slots=True)
class Footer:
    """The page where the registration's code is typed, the code, and the telephone to call."""

    page: str
    code: str
    telephone: str | None


def compose_text(
    kind: str, title: str, now: Appointment, time_zone: str, footer: Footer, before: Appointment | None = None
) -> str:
    """Return the message. `before` is what changed."""
    manage = f"{footer.page.partition('://')[2]} code {footer.code}"
    text = ""
    for longest_title, longest_place in _LENGTHS:
        named = [_plain(shorten(title, longest_title))] if longest_title else []
        what = ", ".join([*named, *_when_and_where(now, before, time_zone, longest_place)])
        parts = [TEXTS[kind].format(what=what, manage=manage)]
        parts += [f"Tél. {footer.telephone}"] if footer.telephone else []
        text = " ".join([*parts, "STOP : répondre STOP"]).translate(_MARKS)
        if segments(text) <= MAX_SEGMENTS:
            break
    return text


def segments(text: str) -> int:
    """Return how many messages a telephone network makes of the text."""
    if all(letter in _PLAIN or letter in _TWICE for letter in text):
        length, alone, each = len(text) + sum(letter in _TWICE for letter in text), 160, 153
    else:
        length, alone, each = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= alone else ceil(length / each)


def _when_and_where(now: Appointment, before: Appointment | None, time_zone: str, longest: int) -> list[str]:
    """Return the day and hour, and the place, each with what it was before where it has changed."""
    zone = ZoneInfo(time_zone)
    when = in_zone(_moment(now.starts_at, zone), time_zone)
    where = [_plain(shorten(now.place, longest))] if longest else []
    if before is None:
        return [when, *where]
    if before.starts_at != now.starts_at:
        when += f" au lieu de {_moment(before.starts_at, zone)}"
    elif before.ends_at != now.ends_at:
        end, earlier = (clock_time(each.ends_at.astimezone(zone)) for each in (now, before))
        when += f", fin à {end} au lieu de {earlier}"
    if longest and before.place != now.place:
        where = [f"{where[0]} au lieu de {_plain(shorten(before.place, longest))}"]
    return [when, *where]


def _plain(text: str) -> str:
    """Return the text with the accents that messages cannot have left out: « Fete » is one message, « Fête » two."""
    letters = text.translate(_MARKS).translate(_LIGATURES)
    return "".join(letter if letter in _PLAIN else _bare(letter) for letter in letters)


def _bare(letter: str) -> str:
    base = unicodedata.normalize("NFD", letter)[0]
    return base if base in _PLAIN else letter


def _moment(instant: datetime, zone: ZoneInfo) -> str:
    local = instant.astimezone(zone)
    return f"{_DAYS[local.weekday()]} {local:%d/%m} à {clock_time(local)}"
