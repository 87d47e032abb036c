"""Tell forms of this site from those of others, and read what was posted by them."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Sequence
from secrets import token_hex
from urllib.parse import parse_qsl
from uuid import UUID

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.core.answers import Refused
from api.core.asker.requests import within_limit
from web.core.forms import Field, Form
from web.core.problems import GO_BACK, Problem
from web.core.typed import readable, readable_line, readable_lines

_COOKIE = "parentalite-formulaire"
_TOKEN, _KEY = "jeton", "cle"
_FORM = "application/x-www-form-urlencoded"
_WITH_FILE = "multipart/form-data"
#: More than the API takes of any form, in any script: what it finds too long, it names beside its field. To read so
#: much takes 40 ms of the processor at worst; 900,000 would take 110.
_LARGEST = 300_000
#: A form between the two bounds is shown again to be shortened: browsers do not keep what they sent by TLS. Parsing so
#: much takes 70 ms, once its token proves to be of this site.
_LARGEST_SHOWN_AGAIN = 1_000_000
_TOKEN_SENT = re.compile(rb"(?:^|&)jeton=([0-9a-f.]*)")
#: Shorter texts are not what makes a form too long.
_SHORT = 1_000
#: More fields or files than a page has or a person sends: what is too much in all is said of its size.
_MOST = 1_000
#: Three scans of the largest size, or many photographs.
_LARGEST_WITH_FILE = 60_000_000
_TOO_LONG = (
    f"Vos textes sont trop longs : {_LARGEST // 1000} 000 caractères au plus, tous ensemble, et moins avec beaucoup"
    " d'accents. Rien n'est enregistré."
    f" {GO_BACK} Raccourcissez le plus long, puis envoyez de nouveau."
)
_SHORTEN = (
    f"Rien n'est enregistré : {_LARGEST // 1000} 000 caractères au plus sont lus en une fois, et moins avec beaucoup"
    " d'accents. Raccourcissez le plus long, puis envoyez de nouveau."
)
_TOO_HEAVY = (
    f"Vos fichiers sont trop lourds : {_LARGEST_WITH_FILE // 1_000_000} Mo au plus, tous ensemble. Rien n'est"
    f" enregistré. {GO_BACK} Envoyez les fichiers en plusieurs fois."
)
#: How the fields of several lines are read.
_READ = {"textarea": readable, **dict.fromkeys(("lines", "days", "choices", "types"), readable_lines)}
EXPIRED = (
    "Nous n'avons pas pu vérifier que cet envoi vient bien de vous. Vérifiez votre saisie et envoyez de nouveau."
    " Si ce message revient, autorisez les cookies de ce site."
)


class Guard:
    """Tells forms of this site from those of others: a cookie that only this site can set, and a token made of it.

    A token is another one on each page: nothing secret repeats in what is compressed.
    """

    def __init__(self, secret: bytes, secure: bool) -> None:
        self._secret, self._secure = secret, secure
        # A name that browsers accept from this very host by TLS alone.
        self._cookie = f"__Host-{_COOKIE}" if secure else _COOKIE

    def form(self, request: Request, fields: Sequence[Field], **values: str) -> Form:
        """Return an empty form for the visitor."""
        return Form(fields, self._token(self._visitor(request)), values=values)

    async def posted(self, request: Request, fields: Sequence[Field], *, with_files: bool = False) -> Form:
        """Return what was posted, with an error in it where it does not come from a page of this site.

        Raises Problem for anything but a form.
        """
        if not request.headers.get("content-type", "").startswith(_WITH_FILE if with_files else _FORM):
            raise Problem(415, "Envoi refusé", "Ce formulaire s'envoie depuis sa page.")
        largest = _LARGEST_WITH_FILE if with_files else _LARGEST
        refused = Refused(413, "TOO_LARGE", _TOO_HEAVY if with_files else _TOO_LONG)
        most = largest if with_files else _LARGEST_SHOWN_AGAIN
        request.state.labels = {field.name: field.label for field in fields if not field.hidden}
        limited = Request(request.scope, within_limit(request.headers, request.receive, most, refused))
        if not with_files and len(body := await limited.body()) > largest:
            raise refused if (problem := self._too_long(request, body)) is None else problem
        try:
            data = await limited.form(max_files=_MOST, max_fields=_MOST, max_part_size=largest)
        except HTTPException as error:
            raise Problem(400, "Envoi refusé", "Ce formulaire est illisible. Envoyez-le de nouveau.") from error
        form = self.form(request, fields, **{each.name: _typed(data, each) for each in fields})
        # Shown again to be sent again, where the session ended meanwhile.
        uploads = [(name, value) for name, value in data.multi_items() if isinstance(value, UploadFile)]
        request.state.typed = [
            (name, _read(_text(data, name), readable))
            for name in data
            if name not in (_TOKEN, _KEY, *(field for field, _ in uploads))
        ]
        form.key = _key(_text(data, _KEY)) or form.key
        for name, value in uploads:
            if value.filename:
                form.files.setdefault(name, []).append(value)
        # Only their names can be shown again.
        request.state.files = {name: [file.filename for file in files] for name, files in form.files.items()}
        request.state.ours = self._accepts(request, _text(data, _TOKEN))
        if not request.state.ours:
            form.general.append(EXPIRED)
        return form

    def _too_long(self, request: Request, body: bytes) -> Problem | None:
        """Keep what was typed, for the page that asks to shorten it. None for what is not of a page of this site."""
        sent = _TOKEN_SENT.search(body)
        if sent is None or not self._accepts(request, sent[1].decode()):
            return None
        try:
            pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST)
        except ValueError:
            return None
        request.state.typed = [pair for pair in pairs if pair[0] not in (_TOKEN, _KEY)]
        request.state.ours = True
        return Problem(413, "Vos textes sont trop longs", _SHORTEN) if long_texts(request) else None

    async def holds(self, request: Request) -> bool:
        """Return whether a form of this site was posted, with what was typed kept, whether or not it is read yet."""
        kind = request.headers.get("content-type", "")
        if request.method != "POST" or not kind.startswith((_FORM, _WITH_FILE)):
            return False
        if not hasattr(request.state, "typed"):
            await self.posted(request, (), with_files=kind.startswith(_WITH_FILE))
        ours: bool = request.state.ours
        return ours

    def keep(self, request: Request, response: Response) -> Response:
        """Give the visitor the cookie that their form goes with."""
        if request.cookies.get(self._cookie) != (visitor := self._visitor(request)):
            response.set_cookie(self._cookie, visitor, secure=self._secure, httponly=True, samesite="lax")
        return response

    def _visitor(self, request: Request) -> str:
        """Return the visitor's cookie; a new one, the same throughout this request, where there is none."""
        present = request.cookies.get(self._cookie, "")
        if len(present) == 32 and present.isalnum():
            return present
        if not hasattr(request.state, "visitor"):
            request.state.visitor = token_hex(16)
        visitor: str = request.state.visitor
        return visitor

    def _token(self, visitor: str, nonce: str | None = None) -> str:
        nonce = nonce or token_hex(8)
        return f"{nonce}.{hmac.new(self._secret, f'{nonce} {visitor}'.encode(), 'sha256').hexdigest()}"

    def _accepts(self, request: Request, token: str) -> bool:
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return False
        visitor = request.cookies.get(self._cookie, "")
        expected = self._token(visitor, token.partition(".")[0])
        return bool(visitor) and hmac.compare_digest(expected.encode(), token.encode())


def long_texts(request: Request) -> dict[str, tuple[str, str]]:
    """Return the label and the text of what makes a form of this site too long, the longest first, by their names."""
    if not getattr(request.state, "ours", False):
        return {}
    labels: dict[str, str] = request.state.labels
    long = [(name, text) for name, text in request.state.typed if len(text) > _SHORT and name in labels]
    return {name: (labels[name], text) for name, text in sorted(long, key=lambda typed: -len(typed[1]))}


def _typed(data: FormData, field: Field) -> str:
    """Return what was typed in a field, without what shows nothing."""
    return _read(_text(data, field.name), _READ.get(field.kind, readable_line))


def _read(text: str, read: Callable[[str], str]) -> str:
    # Nobody types more: it is a file that a page holds, or refused for its length. Reading 30 million letters that are
    # not ASCII takes five seconds.
    return read(text) if len(text) <= _LARGEST else text


def _text(data: FormData, name: str) -> str:
    """Return the text of a field: its choices, a line each, where there are several."""
    return "\n".join(value for value in data.getlist(name) if isinstance(value, str))


def _key(text: str) -> str | None:
    try:
        return str(UUID(text))
    except ValueError:
        return None
