"""How events of strategies are judged."""

from __future__ import annotations

from dataclasses import replace

from application.proof.rules.cases import Alone, Case, Consequence, Decision, Judgement, Judgements
from application.proof.rules.scene import Untold
from application.proof.rules.words import NEW
from domain.kernel.events import Event
from domain.kernel.identifiers import strategy_id
from domain.kernel.rights import Action, authorize
from domain.strategies import strategy as strategies
from domain.strategies.events import (
    StrategyDocumentAttached,
    StrategyDocumentWithdrawn,
    StrategySuperseded,
    StrategyValidated,
    StrategyWritten,
)
from domain.strategies.strategy import Strategy


def _strategy(case: Case) -> Strategy:
    return case.scene.state(Strategy, case.stream, "strategy")


def _written(case: Case, fact: StrategyWritten) -> Decision:
    if case.stream != strategy_id(fact.territory, fact.edition):
        raise Untold(f"the stream is not that of version {fact.edition} of the strategy of territory {fact.territory}")
    former_id = strategy_id(fact.territory, fact.edition - 1)
    former = case.scene.find(Strategy, former_id)
    if former is None and fact.edition > 1 and case.scene.holds(former_id):
        raise Untold(f"there is no version {fact.edition - 1} before it")
    belongings = strategies.of_territory(fact.territory)
    if former is None:
        authorize(case.actor, Action.STRATEGY_WRITE, belongings)
        return Decision([fact] if fact.edition > 1 else strategies.write(None, fact, case.actor), belongings)
    # Its words are unknown: they may be what changes.
    former = replace(former, written=former.written.model_copy(update={"diagnosis": NEW}))
    superseded = [Consequence(former.id, event, belongings) for event in strategies.supersede(former, case.stream)]
    return Decision(strategies.write(former, fact, case.actor), belongings, superseded)


def _validated(case: Case, fact: StrategyValidated) -> Decision:
    strategy = _strategy(case)
    today = case.scene.today(strategy.written.territory, case.now)
    facts = strategies.validate(strategy, fact.stakeholder, fact.validated_on, today, case.actor)
    return Decision(facts, strategy.belongings)


def _attached(case: Case, fact: StrategyDocumentAttached) -> Decision:
    return Decision(strategies.attach_document(_strategy(case), fact, case.actor), _strategy(case).belongings)


def _withdrawn(case: Case, fact: StrategyDocumentWithdrawn) -> Decision:
    strategy = _strategy(case)
    return Decision(strategies.withdraw_document(strategy, fact.sha256, fact.reason, case.actor), strategy.belongings)


def _superseded_alone(case: Case, fact: StrategySuperseded) -> None:
    """The version that follows is not held: who may write it is known."""
    authorize(case.actor, Action.STRATEGY_WRITE, _strategy(case).belongings)


STRATEGIES: Judgements = {
    StrategyWritten: Judgement(_written, (Action.STRATEGY_WRITE, Action.STRATEGY_SCHOOLS_IMPORT)),
    StrategyValidated: Judgement(_validated, (Action.STRATEGY_VALIDATE,)),
    StrategyDocumentAttached: Judgement(_attached, (Action.STRATEGY_DOCUMENT_ATTACH,)),
    StrategyDocumentWithdrawn: Judgement(_withdrawn, (Action.STRATEGY_DOCUMENT_WITHDRAW,)),
}
STRATEGIES_ALONE: dict[type[Event], Alone] = {StrategySuperseded: _superseded_alone}
