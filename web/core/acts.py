"""Offer several acts on a page: each a form with its mutation, as far as the API allows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from web.core.cookies.done import OUTCOME_NAMES
from web.core.desks import at_desk
from web.core.documents import Document
from web.core.forms import MOVED_ON, Field, Form
from web.core.pages import TURNED
from web.core.paths import address_without
from web.core.signing import carry_out
from web.core.site import Site

_ACTION, _VERSION = Field("action", "Action"), Field("version", "Version", "number")
_DONE = "fait"
#: The statuses that no thing comes out of.
FINAL = frozenset(("DISCARDED", "WITHDRAWN", "REJECTED", "CANCELLED", "SUPERSEDED", "CLOSED", "DECLINED", "LAPSED"))


@dataclass(frozen=True, slots=True)
class Act:
    """A mutation of one root field, and its form. `name` is the hidden field `action` that chooses it."""

    name: str
    document: Document
    label: str
    button: str
    #: The sentence once it is done.
    done: str
    fields: Sequence[Field] = ()
    explanation: str = ""
    #: The code in `allowedActions` that it is open by; empty: whoever sees the page may try.
    code: str = ""
    #: Makes the mutation's input of what was typed, where it is another.
    convert: Callable[[Mapping[str, Any]], dict[str, Any]] = dict
    #: The fields of the form by those of the API, where their names differ: by name, or by the whole path.
    places: Mapping[str, str] = field(default_factory=dict)
    #: Returns where to go once it is done, of the payload.
    leads: Callable[[Mapping[str, Any]], str] | None = None
    #: Puts what is wrong with a line of what was typed among the form's errors, before the API is asked.
    check: Callable[[Form], None] | None = None
    #: Returns an error of the API with the path of the field that mends it, where its code decides.
    mended: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None


def with_number(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the input with the `number` of what was chosen in a list."""
    number = values.get("number")
    is_number = isinstance(number, str) and number.isascii() and number.isdigit() and len(number) < 10
    return {**values, "number": int(number)} if number is not None and is_number else dict(values)


def reason_fields(usual: Sequence[str]) -> tuple[Field, Field]:
    """Return the fields of a refusal: one of the usual reasons, and a text. `with_usual_reason` makes one of both."""
    return (
        Field("usual", "Motif courant", "select", options=tuple((each, each) for each in usual)),
        Field("reason", "Votre motif, ou ce que vous ajoutez", "textarea", hint="La structure le lira."),
    )


def with_usual_reason(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the input with one reason, from those of `reason_fields`."""
    reason = " ".join(filter(None, (values.get("usual"), values.get("reason"))))
    others = {name: value for name, value in values.items() if name not in ("usual", "reason")}
    return others | ({"reason": reason} if reason else {})


def some_reason(form: Form) -> None:
    """Ask for one of both where `reason_fields` are empty."""
    if not form.values.get("usual") and not form.values.get("reason", "").strip():
        form.errors["reason"] = "Motif : choisissez un motif courant, ou écrivez le vôtre."


@dataclass(frozen=True, slots=True)
class ShownAct:
    """An act as a page shows it: open with its form, or closed with the reason."""

    act: Act
    form: Form
    closed: str | None = None


class Acts:
    """The acts of one page."""

    def __init__(self, site: Site, acts: Iterable[Act]) -> None:
        self._site = site
        self._acts = {act.name: act for act in acts}
        self._fields = list({each.name: each for act in self._acts.values() for each in act.fields}.values())

    async def carry_out(
        self, request: Request, *, versioned: bool = False, towards: str | None = None, **fixed: Any
    ) -> Response | Form:
        """Carry out the act that was posted, with the input `fixed` by the page.

        Return where to go once it is done, or else its form with what is wrong. `versioned`: the page was of a version.
        """
        outcome = await self.attempt(request, versioned=versioned, **fixed)
        return outcome if isinstance(outcome, Response | Form) else self.led(request, *outcome, towards=towards)

    async def attempt(
        self, request: Request, *, versioned: bool = False, **fixed: Any
    ) -> Response | Form | tuple[Act, Mapping[str, Any]]:
        """Carry out the act that was posted; return it with its payload, for a page that shows what else is in there.

        Return its form with what is wrong, where it is refused, and the page that asks for a signature.
        """
        form = await self._site.guard.posted(request, (*self._fields, _ACTION, _VERSION))
        act = self._acts.get(form.values["action"])
        if act is None:
            form.general.append("Cette action n'existe pas. Choisissez parmi celles de la page.")
            return form
        form.fields, form.prefix = act.fields, act.name
        values = act.convert(form.input()) | fixed
        if act.check is not None:
            act.check(form)
        if versioned and (version := form.number("version")) is not None:
            values["expectedVersion"] = version
        return form if form.failed else await self._send(request, act, form, values)

    async def attempt_again(
        self, request: Request, form: Form, version: int, **fixed: Any
    ) -> Response | Form | tuple[Act, Mapping[str, Any]]:
        """Carry out an act that was refused because its thing had moved on, for who finds that it changes nothing."""
        act = self._acts[form.prefix]
        form.general.remove(MOVED_ON)
        return await self._send(request, act, form, act.convert(form.input()) | fixed | {"expectedVersion": version})

    async def _send(
        self, request: Request, act: Act, form: Form, values: Mapping[str, Any]
    ) -> Response | Form | tuple[Act, Mapping[str, Any]]:
        payload = await carry_out(self._site, request, act.document, values, act.label)
        if isinstance(payload, Response):
            return payload
        if payload["errors"]:
            self.refuse(form, act, payload["errors"])
            return form
        return act, payload

    def led(
        self, request: Request, act: Act, payload: Mapping[str, Any], *, towards: str | None = None
    ) -> RedirectResponse:
        """Return where to go once an act is done."""
        towards = act.leads(payload) if act.leads else towards
        if towards is None:
            # The same page: of the same one of several structures, too.
            address = address_without(request, TURNED | OUTCOME_NAMES, (_DONE, act.name))
        else:
            address = at_desk(request, towards, (_DONE, act.name))
        response = RedirectResponse(address, 303)
        self._site.hand_over(request, response, payload)
        return response

    def refuse(self, form: Form, act: Act, errors: Sequence[Mapping[str, Any]]) -> None:
        """Put the API's errors beside the fields of the form."""
        form.refuse([_placed(act.mended(each) if act.mended else each, act.places) for each in errors])

    def done(self, request: Request) -> str | None:
        """Return what to say of the act that led here."""
        act = self._acts.get(request.query_params.get(_DONE, ""))
        return act.done if act else None

    def form(self, request: Request, name: str, posted: Form | None = None, /, **values: str) -> Form:
        """Return the form of an act: what was posted for it, or else one with these values."""
        if posted is not None and posted.prefix == name:
            return posted
        form = self._site.guard.form(request, self._acts[name].fields, **values)
        form.prefix = name
        return form

    def shown(
        self,
        request: Request,
        thing: Mapping[str, Any],
        posted: Form | None = None,
        values: Mapping[str, Mapping[str, str]] | None = None,
    ) -> list[ShownAct]:
        """Return the acts that `allowedActions` of the thing names, the open ones first.

        What is closed to a thing in a final status stays so: nothing is said of it.
        """
        by_code = {each["code"]: each for each in thing["allowedActions"]}
        final = thing.get("status") in FINAL
        shown = []
        for act in self._acts.values():
            if act.code and act.code in by_code:
                action = by_code[act.code]
                form = self.form(request, act.name, posted, **(values or {}).get(act.name, {}))
                if action["allowed"] or (action["reason"] and not final):
                    shown.append(ShownAct(act, form, None if action["allowed"] else action["reason"]))
        tried = self._acts.get(posted.prefix) if posted is not None else None
        if posted and tried and tried.code and not any(each.act is tried and not each.closed for each in shown):
            posted.close()
        return sorted(shown, key=lambda each: each.closed is not None)

    def __getitem__(self, name: str) -> Act:
        return self._acts[name]


def _placed(error: Mapping[str, Any], places: Mapping[str, str]) -> Mapping[str, Any]:
    path = [str(name) for name in error.get("field") or ()]
    whole = places.get(".".join(path))
    # Parts after a renamed field are places in the API's list, not in what was typed.
    renamed = next((place for place, name in enumerate(path) if name in places), None)
    kept = path if renamed is None else [*path[:renamed], places[path[renamed]]]
    return dict(error) | {"field": [whole] if whole else kept}
