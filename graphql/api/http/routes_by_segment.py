"""Many routes as one, so that an address is compared with those alone that begin as it does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

#: Key of the scope for the route that an address leads to.
_ROUTE = "parentalite.route"


class WholeRoute(Route):
    """A route whose endpoint answers every failure itself, so that no layer has to stand around it."""

    def __init__(self, path: str, endpoint: Callable[[Request], Awaitable[Response]], methods: Sequence[str]) -> None:
        super().__init__(path, endpoint, methods=methods)

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            response = await endpoint(Request(scope, receive, send))
            await response(scope, receive, send)

        self.app = answer


class RoutesBySegment(BaseRoute):
    """Routes in their order, found by the first segment of their path, which is the same for all addresses of each."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._routes: dict[str, list[BaseRoute]] = {}
        #: Those without parameters, by the whole of their path: no other fits it better.
        self._whole: dict[str, list[BaseRoute]] = {}
        for route in routes:
            assert isinstance(route, Route | WebSocketRoute)
            segment = _first_segment(route.path)
            assert "{" not in segment, route.path
            self._routes.setdefault(segment, []).append(route)
            if "{" not in route.path:
                self._whole.setdefault(route.path, []).append(route)

    @property
    def segments(self) -> frozenset[str]:
        """Return the first segments of all addresses that lead somewhere."""
        return frozenset(self._routes)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        partial: tuple[Match, Scope] = (Match.NONE, {})
        path = scope["path"]
        for route in (*self._whole.get(path, ()), *self._routes.get(_first_segment(path), ())):
            match, child_scope = route.matches(scope)
            if match is Match.FULL:
                return match, {**child_scope, _ROUTE: route}
            if match is Match.PARTIAL and partial[0] is Match.NONE:
                partial = match, {**child_scope, _ROUTE: route}
        return partial

    async def handle_whole(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Answer where the address is that of a WholeRoute; return whether it is."""
        match, child_scope = self.matches(scope)
        is_whole = match is Match.FULL and isinstance(child_scope[_ROUTE], WholeRoute)
        if is_whole:
            scope.update(child_scope)
            await self.handle(scope, receive, send)
        return is_whole

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        route: BaseRoute = scope[_ROUTE]
        await route.handle(scope, receive, send)


def with_pages(routes: Iterable[BaseRoute], pages: Sequence[BaseRoute]) -> list[BaseRoute]:
    """Return the routes with those of pages, which may take an address for all methods that it has, or for others."""
    taken: dict[str, set[str]] = {}
    for page in pages:
        path, methods = _place(page)
        taken.setdefault(path, set()).update(methods)
    kept: list[BaseRoute] = []
    for route in routes:
        path, methods = _place(route)
        left = methods - taken.get(path, set())
        assert left in (set(), methods), f"a page takes {path}, but not for {left}"
        if left:
            kept.append(route)
    return [*kept, *pages]


def _place(route: BaseRoute) -> tuple[str, set[str]]:
    """Return the path and the methods of a route; that of a socket has one of its own."""
    assert isinstance(route, Route | WebSocketRoute)
    return route.path, set(route.methods or ()) if isinstance(route, Route) else {"WEBSOCKET"}


def _first_segment(path: str) -> str:
    return path.split("/", 2)[1] if path.startswith("/") else path
