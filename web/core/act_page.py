"""A page of a desk whose acts are posted to its own address."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.core.acts import Act, Acts
from web.core.forms import Form
from web.core.site import Site


class ActPage(ABC):
    """Shows itself again, with what is wrong, where an act is refused."""

    path: ClassVar[str]
    acts: ClassVar[Sequence[Act]]
    #: Whether to refuse an act where the thing has changed since the page was shown.
    versioned: ClassVar[bool] = True

    def __init__(self, site: Site) -> None:
        self._site, self._acts = site, Acts(site, self.acts)

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return [self._site.desk(self.path, self._show, "GET"), self._site.desk(self.path, self._act, "POST")]

    def fixed(self, request: Request) -> Mapping[str, Any]:
        """Return what the page fixes of the input of its acts."""
        return {}

    @abstractmethod
    async def page(self, request: Request, posted: Form | None) -> Response:
        """Return the page, with the form that was refused."""

    def led(self, request: Request, act: Act, payload: Mapping[str, Any]) -> Response:
        """Return where to go once an act is done."""
        return self._acts.led(request, act, payload)

    async def _show(self, request: Request) -> Response:
        return await self.page(request, None)

    async def _act(self, request: Request) -> Response:
        outcome = await self._acts.attempt(request, versioned=self.versioned, **self.fixed(request))
        if isinstance(outcome, Form):
            return await self.page(request, outcome)
        return outcome if isinstance(outcome, Response) else self.led(request, *outcome)
