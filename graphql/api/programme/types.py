"""The programme's own measures beside their targets."""

from __future__ import annotations

import strawberry

from api.places.queries import Commune
from api.schools.types import School
from api.typology.territory import Territory

#: The share of target schools whose project is to have a digital-and-parents part.
GOAL = 0.25
#: The strategies that the programme has promised.
STRATEGIES_GOAL = 10


@strawberry.type(description="The measures of one territory.")
class TerritoryMeasures:
    territory: Territory = strawberry.field(description="The territory.")
    strategy_adopted: bool = strawberry.field(description="Whether all its stakeholders have validated a strategy.")
    target_schools: int = strawberry.field(description="The schools that its strategy in force targets.")
    schools_with_part: int = strawberry.field(
        description="Those whose project has a digital-and-parents part, for the school year."
    )
    share: float | None = strawberry.field(description="Their share of the target schools, from 0 to 1; null of none.")
    schools_reached: int = strawberry.field(
        description="Target schools with a published animation in the last 12 months in the school, its commune or its"
        " intercommunality."
    )
    volunteers: int = strawberry.field(description="Parents Ressource: candidatures that stand validated.")
    groups: int = strawberry.field(description="Action-research groups at work.")
    animations: int = strawberry.field(description="Published animations of the last 12 months.")
    parents: int = strawberry.field(description="Parents attested in them.")


@strawberry.type(description="How far the programme is, beside what it has promised. Public.")
class Programme:
    territories: int = strawberry.field(description="Territories that take part.")
    strategies_adopted: int = strawberry.field(description="Those with an adopted strategy.")
    strategies_goal: int = strawberry.field(description="How many strategies the programme has promised.")
    target_schools: int = strawberry.field(description="Target schools of the strategies adopted last.")
    schools_with_part: int = strawberry.field(description="Those whose project has a digital-and-parents part.")
    share: float | None = strawberry.field(description="Their share, from 0 to 1; null without target schools.")
    goal: float = strawberry.field(description="The share that the programme has promised.")
    schools_reached: int = strawberry.field(description="Target schools that an animation has reached in 12 months.")
    volunteers: int = strawberry.field(description="Parents Ressource in all territories.")
    groups: int = strawberry.field(description="Action-research groups at work, those of no territory included.")
    animations: int = strawberry.field(description="Published animations of the last 12 months.")
    parents: int = strawberry.field(description="Parents attested in them.")
    by_territory: list[TerritoryMeasures] = strawberry.field(description="The same for each territory.")


@strawberry.type(description="A commune to hold an animation in, and the target schools that it would reach.")
class NextPlace:
    commune: Commune = strawberry.field(description="The commune.")
    schools: list[School] = strawberry.field(description="The schools of its intercommunality that none has reached.")


@strawberry.type(description="The target schools of a territory that no animation has reached in the last 12 months.")
class Coverage:
    target_schools: int = strawberry.field(description="How many are targeted.")
    reached: int = strawberry.field(description="How many of them an animation has reached.")
    unreached: list[School] = strawberry.field(description="The others, 500 at most.")
    next_places: list[NextPlace] = strawberry.field(
        description="The three communes where an animation would reach the most of them, the best first."
    )
