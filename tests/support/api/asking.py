"""Documents executed on a database without a server in between, with the statements that they cost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import strawberry.types
from psycopg import AsyncCursor
from psycopg_pool import AsyncConnectionPool

from api.core.context import Context, Services
from api.schema import schema
from application.animations.attendance_sheets import AttendanceSheetAttach
from application.animations.commands import (
    AnimationAttest,
    AnimationCancel,
    AnimationClone,
    AnimationCreate,
    AnimationPublish,
    AnimationRefuse,
)
from application.application import Application
from application.candidatures import CandidatureSubmit
from application.commanding.commands import Command
from application.conventions import ConventionSign, StructureRename
from application.files.store import Draft, FileStore
from application.proof.notes import SigningKey
from application.sign_in.local import LocalSignIn
from domain.candidatures.events import Degree
from domain.kernel.actors import PUBLIC, Actor, Role
from domain.kernel.identifiers import person_id, structure_id
from projections.engine.catching_up import catch_up

MASTER_KEY = bytes(range(32))
#: Nothing is kept in these tests: whoever tries is told by the folder.
BESIDES = (FileStore(Path("/dev/null/files")), "https://parentalite.example.org", SigningKey.from_seed(b"k" * 32))
#: Whose names passkeys are kept under; nobody signs in here.
SIGN_IN = LocalSignIn("a secret of these tests, long enough")
FOUNDED_AT = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
TILLEULS, BASSE_TERRE, EVERYWHERE = "21020001000010", "21971101700018", "73282932000074"
SCHOOL, COLLEGE = "0349102J", "0340005W"

NATIONAL = Actor(Role.NATIONAL, "national")
AUDITOR = Actor(Role.AUDITOR, "auditor")
PARENT = Actor(Role.PARENT, "parent:x", person_id=person_id("parent@exemple.fr"))


def structure(siret: str) -> Actor:
    return Actor(Role.STRUCTURE, "structure", structures=frozenset([structure_id(siret)]))


def coordonnateur(*territories: str) -> Actor:
    return Actor(Role.COORDONNATEUR, "coordonnateur", territories=frozenset(territories))


def of_school(role: Role, school: str) -> Actor:
    return Actor(role, role.value, schools=frozenset([school]))


class _Counting(AsyncCursor[Any]):
    """Counts the statements that resolvers execute."""

    executed = 0

    async def execute(self, *args: Any, **kwargs: Any) -> Any:
        _Counting.executed += 1
        return await super().execute(*args, **kwargs)


class Reached:
    """Stands in for the waiter: these tests bring the read models up to date themselves."""

    position = 0
    rebuild = None

    async def wait(self, position: int, timeout: float) -> bool:
        return True


@dataclass
class Asked:
    """An answer. `statements` is what its resolvers executed, the look at the live generations included."""

    result: strawberry.types.ExecutionResult
    statements: int

    @property
    def data(self) -> dict[str, Any]:
        assert not self.result.errors, self.result.errors
        assert self.result.data is not None
        return self.result.data

    @property
    def codes(self) -> list[str]:
        return [(error.extensions or {})["code"] for error in self.result.errors or ()]

    @property
    def messages(self) -> list[str]:
        return [error.message for error in self.result.errors or ()]


@dataclass
class Town:
    """A founded database in which structures can be put to work; time stands still unless a test moves `now`."""

    app: Application
    url: str
    now: datetime = FOUNDED_AT
    animations: list[UUID] = field(default_factory=list)

    def does(self, command: Command, actor: Actor) -> UUID:
        return self.app.execute(command, actor, self.now).subject_id

    def signs(self, siret: str = TILLEULS, name: str = "Centre social Les Tilleuls", territory: str = "34") -> UUID:
        command = ConventionSign(
            siret=siret,
            structure_name=name,
            territory=territory,
            coordonnateur=f"coordination-{territory}",
            signed_on=date(2026, 9, 1),
            valid_from=date(2026, 9, 1),
            valid_until=date(2027, 8, 31),
        )
        return self.does(command, NATIONAL)

    def renames(self, name: str, siret: str = TILLEULS) -> None:
        self.does(StructureRename(structure_id=structure_id(siret), name=name, reason="Fusion."), NATIONAL)

    def declares(self, siret: str = TILLEULS, *, published: bool = False, **changes: Any) -> UUID:
        starts_at = changes.get("starts_at", datetime(2026, 10, 5, 16, 0, tzinfo=UTC))
        values: dict[str, Any] = {
            "structure_id": structure_id(siret),
            "territory": "34",
            "title": "Café des parents",
            "description": "Échanger.",
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(hours=2),
            "venue_type": "ecole",
            "venue_name": "École Jean Jaurès",
            "audience": "parents",
            "type": "cafe-des-parents",
            "themes": ("ent-pronote",),
            "seats": 12,
        }
        declared = self.does(AnimationCreate(**values | changes), structure(siret))
        if published:
            self.does(AnimationPublish(animation_id=declared), NATIONAL)
        return declared

    def refuses(self, animation: UUID) -> None:
        self.does(AnimationRefuse(animation_id=animation, reason="À préciser."), NATIONAL)

    def cancels(self, animation: UUID) -> None:
        self.does(AnimationCancel(animation_id=animation, reason="Neige."), NATIONAL)

    def clones(self, animation: UUID, siret: str = TILLEULS) -> UUID:
        starts_at = datetime(2027, 1, 11, 17, 0, tzinfo=UTC)
        ends_at = starts_at + timedelta(hours=2)
        return self.does(AnimationClone(animation_id=animation, starts_at=starts_at, ends_at=ends_at), structure(siret))

    def attests(self, animation: UUID, parents: int, siret: str = TILLEULS) -> None:
        self.does(AnimationAttest(animation_id=animation, parents=parents), structure(siret))

    def attaches(self, animation: UUID, siret: str = TILLEULS, digest: str = "9f" * 32) -> None:
        """A signed sheet whose file is taken to be in its place."""
        command = AttendanceSheetAttach(
            animation_id=animation,
            media_type="application/pdf",
            size=7,
            sha256=digest,
            draft=Draft(Path("kept before"), digest, 7, Path("there")),
        )
        self.does(command, structure(siret))

    def applies(self, school: str = SCHOOL, degree: Degree = Degree.FIRST, who: Actor = PARENT) -> UUID:
        command = CandidatureSubmit(
            territory="34",
            school_uai=school,
            degree=degree,
            first_name="Camille",
            last_name="Exemple",
            email="camille@exemple.fr",
            motivation="Aider.",
        )
        return self.does(command, who)

    def asks(self, document: str, actor: Actor = PUBLIC, **variables: Any) -> Asked:
        """What the document answers once the read models are up to date."""
        with self.app.pool.connection() as conn:
            catch_up(conn, self.app.vault)
        return asyncio.run(self._ask(document, actor, variables))

    async def _ask(self, document: str, actor: Actor, variables: dict[str, Any]) -> Asked:
        kwargs = {"cursor_factory": _Counting}
        async with AsyncConnectionPool(self.url, min_size=1, max_size=2, kwargs=kwargs, open=False) as pool:
            services = Services(self.app, pool, Reached(), SIGN_IN, 1.0, lambda: self.now, *BESIDES)  # type: ignore[arg-type]
            context = Context(services, actor)
            _Counting.executed = 0
            try:
                result = await schema.execute(document, variable_values=variables, context_value=context)
            finally:
                await context.close()
            assert isinstance(result, strawberry.types.ExecutionResult)
            return Asked(result, _Counting.executed)

    def listing(self, actor: Actor = PUBLIC, **arguments: Any) -> list[str]:
        """The titles of a page of the public listing."""
        page = self.asks(LISTING, actor, **arguments).data["animations"]
        return [node["title"] for node in page["nodes"]]


LISTING = """
query ($where: AnimationWhere, $orderBy: [AnimationOrder!], $first: Int, $after: String, $last: Int, $before: String) {
  animations(where: $where, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    nodes { id title }
    edges { cursor node { id title } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    totalCount
  }
}"""


def titles(connection: dict[str, Any]) -> list[str]:
    return [node["title"] for node in connection["nodes"]]


def order(*fields: str) -> list[dict[str, str]]:
    """`-TITLE` is descending."""
    return [{"field": name.lstrip("-"), "direction": "DESC" if name.startswith("-") else "ASC"} for name in fields]


def walk(town: Town, document: str, path: Sequence[str], size: int, actor: Actor, **variables: Any) -> list[str]:
    """The ids of a whole list, read page by page forwards."""
    walked: list[str] = []
    after = None
    while True:
        page: Any = town.asks(document, actor, first=size, after=after, **variables).data
        for name in path:
            page = page[name]
        ids = [node["id"] for node in page["nodes"]]
        assert not {*ids} & {*walked}, "it walks in circles"
        walked += ids
        if not page["pageInfo"]["hasNextPage"]:
            return walked
        after = page["pageInfo"]["endCursor"]
