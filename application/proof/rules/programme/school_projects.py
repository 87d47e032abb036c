"""How records of school projects are judged."""

from __future__ import annotations

from dataclasses import replace

from application.proof.rules.cases import Case, Decision, Judgement, Judgements
from application.proof.rules.programme.requests import of_school
from application.proof.rules.scene import Untold
from application.proof.rules.words import NEW
from domain.kernel.identifiers import department_of_school, school_project_id
from domain.kernel.rights import Action, Belongings
from domain.school_projects import school_project as projects
from domain.school_projects.events import SchoolProjectCorrected, SchoolProjectRecorded
from domain.school_projects.school_project import SchoolProject


def _project(case: Case, fact: SchoolProjectRecorded | SchoolProjectCorrected) -> Decision:
    if case.stream != school_project_id(fact.uai, fact.school_year):
        raise Untold("the stream is not that of this school in this school year")
    territory, state = department_of_school(fact.uai) or "", case.scene.find(SchoolProject, case.stream)
    today, reason = case.scene.today(territory, case.now), getattr(fact, "reason", None)
    if state is not None and state.evidence is not None:
        state = replace(state, evidence=NEW)
    recorded = SchoolProjectRecorded(**fact.model_dump(exclude={"reason"}))
    facts = projects.record(state, recorded, reason, today, of_school(case.actor, fact.uai))
    return Decision(facts, Belongings(territories=frozenset([territory])))


SCHOOL_PROJECTS: Judgements = {
    SchoolProjectRecorded: Judgement(_project, (Action.SCHOOL_PROJECT_RECORD,)),
    SchoolProjectCorrected: Judgement(_project, (Action.SCHOOL_PROJECT_RECORD,)),
}
