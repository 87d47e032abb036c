"""Forms that post one mutation: fields under the API's names, and what the API says of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from starlette.datastructures import UploadFile

from api.core.errors import field_called
from web.core.french import count, size
from web.core.typed import (
    PER_CENT,
    WRONG,
    amount,
    first_of,
    iso_day,
    iso_hour,
    line_called,
    lines,
    quoted,
    whole_number,
    wrong_day,
)

_CONFLICT = "CONFLICT"
#: The API's names for a file of a form.
_TABLE = ("csv", "file")
#: The API's name of a field, before its message. A sentence begins with an article, or as one goes on.
_CALLED = re.compile(
    r"(?!(?:Au[cx]|Ce|Cela|Cet|Cette|Ces|Une?|Des|Le|La|Les|Il|Elle|Plusieurs|Indiquez|Choisissez) |L'|C')"
    r"[A-ZÉÈÀÂÊÎÔ][^:«»;.]{0,79} : ",
)
_SENTENCE = re.compile(r" (?:est|sont|n'est|n'a|a|ont|invalide|refusée?|grande?|obligatoire|au plus)(?: |$)")
_CHOSEN = ("select", "choices", "radio", "terms", "types")
_WRITTEN = ("text", "textarea", "lines")
_CHOOSE = "choisissez dans la liste"
#: Messages for a field that was left empty, of which the API would not know the name.
_MISSING = {
    "date": "champ obligatoire, par exemple 15/01/2027",
    "time": "champ obligatoire, par exemple 18:00",
}
MOVED_ON = (
    "Quelqu'un a changé quelque chose ici entre-temps : rien n'est enregistré, et votre saisie est gardée."
    " Relisez la page, puis envoyez de nouveau si c'est encore utile."
)
GONE = "Quelqu'un a changé quelque chose ici entre-temps : ce n'est plus possible, et rien n'est enregistré."
#: Said after going back to a page and sending it with other words than before.
SENT_ALREADY = "Vous avez déjà envoyé ce formulaire. Envoyez de nouveau pour faire ce que vous venez de saisir."

SENT_BEFORE = (
    "Vous avez déjà envoyé ce formulaire, et c'est enregistré. Ce que vous venez de saisir ne l'est pas : ce n'est plus"
    " possible."
)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form. `name` is that of the mutation's input.

    `kind` is a type of input, `textarea` (`lines`: each of its lines by itself, `days`: each a day), `select`,
    `choices` (any of its options), `yesno`, `percent`, or `amount` in euros.
    """

    name: str
    label: str
    kind: str = "text"
    hint: str = ""
    required: bool = False
    #: Whether the API can read nothing of the form without it.
    needed: bool = False
    autocomplete: str = ""
    #: Values and labels of a `select`.
    options: Sequence[tuple[str, str]] = ()
    #: A pattern of its choices, where only the page knows them.
    pattern: str = ""
    #: Whether the page fills it in, unseen.
    hidden: bool = False
    #: The files that it takes, as browsers name them.
    accept: str = "application/pdf,image/*"
    #: Whether it takes several.
    multiple: bool = False
    #: The largest size of each file, in bytes.
    largest: int = 20_000_000
    #: The most lines: the API counts values, of which a line may make several.
    most_lines: int = 1_000
    #: Parts such lines into the values that the API is sent.
    parts: Callable[[Sequence[str]], Sequence[str]] | None = None

    def value(self, text: str) -> Any:
        """Return what the API is sent: None for what was left empty, the text itself where it is no number."""
        text = text.strip()
        if text and self.kind in ("number", "percent"):
            return whole_number(text, PER_CENT if self.kind == "percent" else ())
        if self.kind == "amount":
            text = amount(text)
        if self.kind == "lines":
            return [line.strip() for line in text.splitlines() if line.strip()] or None
        if self.kind == "yesno":
            return {"oui": True, "non": False}.get(text)
        if self.kind == "choices":
            return text.splitlines()
        if self.kind == "time":
            text = iso_hour(text)
        if self.kind == "date":
            text = iso_day(text)
        if self.kind == "days":
            return [iso_day(line.strip()) for line in text.splitlines() if line.strip()] or None
        if self.kind == "checkbox":
            return True if text else None
        return text or None

    def problem(self, value: Any) -> str | None:
        """Return what was expected in place of this value, which `value` has made of what was typed."""
        if value is None:
            if self.needed:
                return _CHOOSE if self.kind == "select" else _MISSING.get(self.kind, "champ obligatoire")
            return _MISSING.get(self.kind) if self.required else None
        if self.kind in ("lines", "days") and len(value) > self.most_lines:
            return f"{count(self.most_lines)} lignes au plus"
        # Whatever was typed, what the API cannot read is said here.
        if self.kind in _CHOSEN and not all(map(self._offers, [value] if isinstance(value, str) else value)):
            return _CHOOSE
        wrong = WRONG.get(self.kind)
        return wrong(value) if wrong is not None and isinstance(value, str) else None

    def wrong_lines(self, typed: str) -> str | None:
        """Return which lines are no days, and what was expected."""
        if self.kind != "days":
            return None
        wrong = [(line, problem) for line in lines(typed) if (problem := wrong_day(iso_day(line[1])))]
        return first_of([f"{line_called(*line)} : {problem}." for line, problem in wrong]) or None

    def line(self, path: Sequence[str], typed: str) -> str:
        """Return which line of what was typed a path of the API leads to, or "" where it leads to none."""
        if self.kind not in ("lines", "days") or path[:1] != [self.name] or not "".join(path[1:2]).isdecimal():
            return ""
        place, written = int(path[1]), [*lines(typed)]
        if self.parts is not None:
            parts = self.parts([text for _, text in written])
            return quoted(parts[place]) if place < len(parts) else ""
        return line_called(*written[place]) if place < len(written) else ""

    def _offers(self, value: str) -> bool:
        offered = not self.options or value in {code for code, _ in self.options}
        return offered and (not self.pattern or re.fullmatch(self.pattern, value) is not None)


@dataclass(slots=True)
class Form:
    """A form as it is shown: what was typed, what is wrong with it, and its hidden fields."""

    fields: Sequence[Field]
    token: str
    key: str = field(default_factory=lambda: str(uuid4()))
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    #: Errors that belong to none of its fields.
    general: list[str] = field(default_factory=list)
    #: Files that came with it, by the names of their fields.
    files: dict[str, list[UploadFile]] = field(default_factory=dict)
    #: Tells the fields of several forms of one page apart: their ids begin with it.
    prefix: str = ""

    @property
    def failed(self) -> bool:
        return bool(self.errors or self.general)

    def input(self) -> dict[str, Any]:
        """Return the mutation's input. What a number or a day should be, and is not, is put among the errors."""
        values = {each.name: each.value(self.values.get(each.name, "")) for each in self.fields}
        for each in self.fields:
            if problem := each.problem(values[each.name]):
                self.errors[each.name] = f"{_called(each)} : {problem}."
            elif wrong := each.wrong_lines(self.values.get(each.name, "")):
                self.errors[each.name] = f"{_called(each)} : {wrong}"
        if self.errors:
            # The API is not asked: all that is missing is named at once nevertheless.
            missing = [each for each in self.fields if each.required and not self._has(each)]
            self.errors = {each.name: f"{_called(each)} : champ obligatoire." for each in missing} | self.errors
        return {name: value for name, value in values.items() if value is not None} | {"idempotencyKey": self.key}

    def _has(self, field: Field) -> bool:
        return bool(self.values.get(field.name, "").strip() or self.files.get(field.name))

    def without(self, name: str) -> Form:
        """Leave a field out."""
        self.fields = [each for each in self.fields if each.name != name]
        return self

    def offer(self, name: str, options: Sequence[tuple[str, str]]) -> None:
        """Offer values and labels for a field that is to be typed otherwise."""
        self.fields = [replace(f, kind="select", options=options) if f.name == name else f for f in self.fields]

    def number(self, name: str) -> int | None:
        """Return the number that the page filled in, unseen; None where it is none."""
        text = self.values.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    def sent_files(self, wanted: str) -> Sequence[UploadFile]:
        """Return the files that came with their field; what is `wanted` is said beside it where there are none."""
        field = next(each for each in self.fields if each.kind == "file")
        files = self.files.get(field.name, ())
        if not files:
            self.errors[field.name] = f"{_called(field)} : {wanted}."
        heavy = [f"« {file.filename} »" for file in files if (file.size or 0) > field.largest]
        if heavy:
            self.errors[field.name] = (
                f"{_called(field)} : {size(field.largest)} au plus par fichier : {', '.join(heavy)}."
            )
        return files

    def sent_file(self, wanted: str) -> UploadFile | None:
        """Return the one file that came with its field, likewise."""
        return next(iter(self.sent_files(wanted)), None)

    def refuse_files(self, name: str, errors: Iterable[tuple[UploadFile, Mapping[str, Any]]], added: int) -> None:
        """Put what is wrong with each of several files beside their field, under the names of the files.

        `added`: how many others are recorded. The key stays, by which they are so once.
        """
        messages = [f"« {file.filename} » : {error['message']}" for file, error in errors]
        if messages and added:
            messages.append("L'autre est enregistré." if added == 1 else f"Les {added} autres sont enregistrés.")
        if messages:
            self.errors[name] = " ".join(messages)

    def refuse(self, errors: Iterable[Mapping[str, Any]]) -> None:
        """Put the user errors of a payload beside their fields, which they name as the page does.

        What is sent next is another command.
        """
        several: dict[str, list[str]] = {}
        for error in errors:
            path, message = [str(part) for part in error.get("field") or ()], str(error["message"])
            field = self._field_at(path)
            if path[:1] == ["idempotencyKey"]:
                self.general.append(SENT_ALREADY)
            elif error.get("code") == _CONFLICT:
                self.general.append(MOVED_ON)
            elif field is None:
                self.general.append(_under_its_name(path, message))
            elif field.hidden:
                # Nobody can mend a hidden field.
                self.general.append(_in_words_of(field, message))
            else:
                line = field.line(path, self.values.get(field.name, ""))
                words = _in_words_of(field, message, line)
                if self.errors.setdefault(field.name, words) != words and field.kind in ("lines", "days", "date"):
                    several.setdefault(field.name, []).append(words.removeprefix(f"{_called(field)} : "))
        for name, more in several.items():
            self.errors[name] = first_of([self.errors[name], *more])
        self.key = str(uuid4())

    def close(self) -> None:
        """Say that this is no longer possible, and repeat the typed words for whoever wants to keep them."""
        written = [each for each in self.fields if each.kind in _WRITTEN and not each.hidden]
        typed = {_called(each): self.values.get(each.name, "").strip() for each in written}
        outcome = SENT_BEFORE if SENT_ALREADY in self.general else GONE
        others = [message for message in self.general if message not in (MOVED_ON, SENT_ALREADY)]
        self.errors, self.general = (
            {},
            [outcome, *others, *(f"{name} : « {text} »" for name, text in typed.items() if text)],
        )

    def _field_at(self, path: Sequence[str]) -> Field | None:
        """Return the field that a path of the API leads to: a table is that of a file, however it was sent."""
        fields = {each.name: each for each in self.fields}
        if path and path[0] in _TABLE and path[0] not in fields:
            return next((each for each in self.fields if each.kind == "file"), None)
        return next((fields[part] for part in path if part in fields), None)


def _called(field: Field) -> str:
    return field.label.rstrip(" ?\N{NO-BREAK SPACE}")


def _under_its_name(path: Sequence[str], message: str) -> str:
    """Return what the API says of a field that the page does not have as a whole sentence that names it."""
    name = field_called(path) if message[:1].islower() else ""
    named = name and name.casefold() not in message.casefold()
    return f"{name} : {message}" if named else message[:1].upper() + message[1:]


def _in_words_of(field: Field, message: str, line: str = "") -> str:
    """Return what the API says of a field, or of a line of it, with the label that its reader sees."""
    # Of a question, the API names its argument.
    message = message.removeprefix(f"{field.name} : ")
    named = _CALLED.match(message)
    if line.partition(", ")[2] in message:
        line = line.partition(", ")[0]
    # A value in quotes begins no sentence that says which field it stands in.
    if not (message[:1].islower() or message[:1].isdecimal() or (message[:1] == "«" and not line)) and (
        named is None or _SENTENCE.search(named[0].removesuffix(" : "))
    ):
        return f"{line[:1].upper()}{line[1:]} : {message}" if line else message
    return " : ".join(filter(None, (_called(field), line, message[named.end() if named else 0 :])))
