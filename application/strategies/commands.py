"""Use cases of strategies: written, validated by each stakeholder, with target schools from a table and documents."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from application.commanding.commands import ChangeCommand, Command
from application.commanding.unit_of_work import UnitOfWork
from application.conventions import find_territory
from application.files.attachments import AttachFile
from application.schools.commands import describe_schools
from application.schools.school_file import LARGEST_FILE, MOST_SCHOOLS
from application.strategies.target_file import read_targets
from application.tables.reader import Row
from domain.catalogue import SCHOOL, STRATEGY
from domain.kernel.errors import DomainError, ErrorCode, Problem, refuse
from domain.kernel.euros import in_cents
from domain.kernel.identifiers import Uai, school_id, strategy_id
from domain.kernel.people import Name
from domain.kernel.rights import Action, authorize
from domain.kernel.schools import named_lycees
from domain.kernel.validation import DeclaredDay, Label, LongText, Reason, TerritoryCode, line
from domain.strategies import strategy as strategies
from domain.strategies.events import Stakeholder, StrategyDocumentAttached, StrategyWritten
from domain.strategies.strategy import Strategy
from domain.strategies.transitions import check

MOST_OBJECTIVES, MOST_STAKEHOLDERS = 30, 50
#: The refusal of a table whose schools are all targeted already.
ALL_TARGETED = "Tous ces établissements sont déjà des établissements cibles : rien n'a changé."


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Objective(_Part):
    label: Label
    target: Annotated[
        Decimal,
        Field(ge=0, le=1_000_000_000, decimal_places=2),
        AfterValidator(in_cents),
        WithJsonSchema({"type": "number"}),
    ]


class StakeholderEntry(_Part):
    name: Name
    kind: line(80)  # type: ignore[valid-type]


class StrategyWrite(Command):
    """Each writing is a version of its own, which takes the place of the one before."""

    action: ClassVar[Action] = Action.STRATEGY_WRITE

    territory: TerritoryCode
    diagnosis: LongText
    objectives: Annotated[tuple[Objective, ...], Field(min_length=1, max_length=MOST_OBJECTIVES)]
    target_schools: Annotated[tuple[Uai, ...], Field(max_length=MOST_SCHOOLS)] = ()
    #: The day of the text; today where it is left out.
    written_on: DeclaredDay | None = None
    stakeholders: Annotated[tuple[StakeholderEntry, ...], Field(min_length=1, max_length=MOST_STAKEHOLDERS)]


class _OfStrategy(ChangeCommand):
    strategy_id: UUID


class StrategySchoolsImport(_OfStrategy):
    """`csv` is the text of a table of schools, which the version that follows targets besides. All rows or none."""

    action: ClassVar[Action] = Action.STRATEGY_SCHOOLS_IMPORT

    csv: Annotated[str, Field(max_length=LARGEST_FILE)]


class StrategyValidate(_OfStrategy):
    action: ClassVar[Action] = Action.STRATEGY_VALIDATE

    stakeholder: Name
    on: DeclaredDay


class StrategyDocumentAttach(AttachFile):
    action: ClassVar[Action] = Action.STRATEGY_DOCUMENT_ATTACH

    strategy_id: UUID
    heading: Label


class StrategyDocumentWithdraw(_OfStrategy):
    action: ClassVar[Action] = Action.STRATEGY_DOCUMENT_WITHDRAW

    sha256: Annotated[str, Field(max_length=64)]
    reason: Reason


def write(command: StrategyWrite, work: UnitOfWork) -> UUID:
    authorize(work.actor, command.action, strategies.of_territory(command.territory))
    today = find_territory(work, command.territory).local_date(work.now)
    former = _latest(work, command.territory)
    fact = StrategyWritten(
        territory=command.territory,
        written_on=command.written_on or today,
        edition=1 if former is None else former.written.edition + 1,
        diagnosis=command.diagnosis,
        objectives=tuple(objective.label for objective in command.objectives),
        targets=tuple(objective.target for objective in command.objectives),
        target_schools=command.target_schools,
        stakeholders=tuple(Stakeholder(**entry.model_dump()) for entry in command.stakeholders),
    )
    strategies.check_written(fact, today)
    return _record(work, former, fact)


def _latest(work: UnitOfWork, territory: str) -> Strategy | None:
    """Return the last version. Two written at once want the same stream: the second is decided again."""
    latest, edition = None, 1
    while (state := work.find(STRATEGY, strategy_id(territory, edition))) is not None:
        latest, edition = state, edition + 1
    return latest


def _record(work: UnitOfWork, former: Strategy | None, fact: StrategyWritten) -> UUID:
    stream, belongings = strategy_id(fact.territory, fact.edition), strategies.of_territory(fact.territory)
    written = work.record(STRATEGY, stream, strategies.write(former, fact, work.actor), belongings)
    if former is not None:
        work.record(STRATEGY, former.id, strategies.supersede(former, stream), belongings, cause=written)
    return stream


def import_schools(command: StrategySchoolsImport, work: UnitOfWork) -> UUID:
    strategy = _strategy(command, work)
    check(command.action, strategy.status, strategy.belongings, work.actor)
    file = read_targets(command.csv)
    problems = describe_schools(work, file.described)
    for uai, row in zip(file.uais, file.rows, strict=True):
        if uai not in named_lycees() and work.find(SCHOOL, school_id(uai)) is None and uai not in file.named:
            message = f"{uai} n'est pas encore connu : ajoutez son nom, sa commune et son degré."
            problems.append(row.problem(Problem(ErrorCode.INVALID, message, ("uai",))))
    if problems:
        raise DomainError(problems)
    added = tuple(uai for uai in file.uais if uai not in strategy.written.target_schools)
    if not added:
        if not work.recorded:
            raise refuse(ErrorCode.DUPLICATE, ALL_TARGETED, "csv")
        return strategy.id
    edition, schools = strategy.written.edition + 1, (*strategy.written.target_schools, *added)
    today = find_territory(work, strategy.written.territory).local_date(work.now)
    changes = {"edition": edition, "written_on": today, "target_schools": schools}
    fact = strategy.written.model_copy(update=changes)
    try:
        return _record(work, strategy, fact)
    except DomainError as error:
        problems = [_of_row(problem, strategy, file.rows, file.uais, added) for problem in error.problems]
        raise DomainError(problems) from None


def _of_row(
    problem: Problem, strategy: Strategy, rows: Sequence[Row], uais: Sequence[str], added: Sequence[str]
) -> Problem:
    """Return the problem with a target school as one with its row."""
    if problem.field[:1] != ("target_schools",):
        return problem
    place = int(problem.field[1]) - len(strategy.written.target_schools)
    return rows[uais.index(added[place])].problem(Problem(problem.code, problem.message, ("uai",)))


def validate(command: StrategyValidate, work: UnitOfWork) -> UUID:
    strategy = _strategy(command, work)
    today = find_territory(work, strategy.written.territory).local_date(work.now)
    facts = strategies.validate(strategy, command.stakeholder, command.on, today, work.actor)
    work.record(STRATEGY, strategy.id, facts, strategy.belongings)
    return strategy.id


def attach(command: StrategyDocumentAttach, work: UnitOfWork) -> UUID:
    strategy = work.subject(STRATEGY, command.strategy_id, command.expected_version, "Stratégie", "strategy_id")
    fact = StrategyDocumentAttached(
        heading=command.heading, media_type=command.media_type, size=command.size, sha256=command.sha256
    )
    work.record(STRATEGY, strategy.id, strategies.attach_document(strategy, fact, work.actor), strategy.belongings)
    command.draft.keep()
    return strategy.id


def withdraw(command: StrategyDocumentWithdraw, work: UnitOfWork) -> UUID:
    strategy = _strategy(command, work)
    facts = strategies.withdraw_document(strategy, command.sha256, command.reason, work.actor)
    work.record(STRATEGY, strategy.id, facts, strategy.belongings)
    return strategy.id


def _strategy(command: _OfStrategy, work: UnitOfWork) -> Strategy:
    return work.subject(STRATEGY, command.strategy_id, command.expected_version, "Stratégie", "strategy_id")


USE_CASES = (
    (StrategyWrite, write),
    (StrategySchoolsImport, import_schools),
    (StrategyValidate, validate),
    (StrategyDocumentAttach, attach),
    (StrategyDocumentWithdraw, withdraw),
)
