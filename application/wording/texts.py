"""The words of text messages: short, in French, with the code that acts alone and whom to call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from application.papers.french import clock_time, in_zone
from application.wording.lines import shorten

_DAYS = ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim.")
#: Two or three messages of a telephone: longer ones are paid for and left unread.
MAX_TEXT, MAX_TITLE, MAX_PLACE = 320, 60, 50

#: By the kinds of letters that say the same. `{what}`: title, day, hour and place.
TEXTS: Mapping[str, str] = {
    "registration.seated": "Inscription confirmée : {what}. Empêché ? {manage}",
    "registration.waiting": "Sur liste d'attente : {what}. Nous vous écrirons si une place se libère. {manage}",
    "registration.seat_obtained": "Une place est à vous : {what}. Empêché ? {manage}",
    "registration.questioned": "Changement : {what}. Venez-vous quand même ? {manage}",
    "registration.waiting_questioned": "Changement : {what}. Attendez-vous toujours ? {manage}",
    "registration.question_withdrawn": "Date et lieu rétablis : {what}. Rien à confirmer. {manage}",
    "registration.changed": "Changement (date et lieu restent les mêmes) : {what}. {manage}",
    "registration.reminder": "Rappel : {what}. Empêché ? {manage}",
    "registration.removed": "La structure a retiré votre inscription : {what}.",
    "animation.cancelled": "ANNULÉE : {what}.",
    "animation.suspended": "Suspendue, n'aura peut-être pas lieu : {what}. Nous vous écrirons.",
    "animation.resumed": "Maintenue : {what}. {manage}",
}


def compose_text(
    kind: str, title: str, starts_at: datetime, time_zone: str, place: str, page: str, code: str, contact: str | None
) -> str:
    """Return the message. `page` is where the code is typed; `contact` is a telephone."""
    local = starts_at.astimezone(ZoneInfo(time_zone))
    when = in_zone(f"{_DAYS[local.weekday()]} {local:%d/%m} à {clock_time(local)}", time_zone)
    what = f"{shorten(title, MAX_TITLE)}, {when}, {shorten(place, MAX_PLACE)}"
    manage = f"{page.partition('://')[2]} code {code}"
    parts = [TEXTS[kind].format(what=what, manage=manage)]
    parts += [f"Tél. {contact}"] if contact else []
    return shorten(" ".join([*parts, "STOP : répondre STOP"]).replace("\u00a0", " "), MAX_TEXT)
