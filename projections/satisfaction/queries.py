"""Questions of the satisfaction questionnaire: forms, and figures from the sums that the projector keeps."""

from __future__ import annotations

from domain.satisfaction.form import MOST_CHOICES
from projections.satisfaction.read_model import ALL_STRUCTURES, ANY_TERM

FORMS = "SELECT version, questions FROM {satisfaction_forms} ORDER BY version"
FORM = "SELECT version, questions FROM {satisfaction_forms} ORDER BY version DESC LIMIT 1"

_COUNTS = ", ".join(f"sum(choice_{place})::bigint" for place in range(MOST_CHOICES))
#: One row for each form and question (0: the answers as a whole), with sums; everything left out applies to all.
FIGURES = f"""
SELECT form_version, question, sum(animations)::bigint AS animations, sum(answers)::bigint AS answers,
    sum(total)::bigint AS total, ARRAY[{_COUNTS}] AS counts
FROM {{satisfaction_figures}}
WHERE structure_id = coalesce(%(structure_id)s::uuid, '{ALL_STRUCTURES}')
  AND theme = coalesce(%(theme)s::text, '{ANY_TERM}')
  AND (%(type)s::text IS NULL OR type = %(type)s)
  AND (%(territories)s::text[] IS NULL OR territory = ANY(%(territories)s))
  AND (%(first_month)s::date IS NULL OR month >= %(first_month)s)
  AND (%(last_month)s::date IS NULL OR month <= %(last_month)s)
GROUP BY form_version, question ORDER BY form_version DESC, question"""
#: Figures of one animation, by the rows of its packets.
PACKETS = """
SELECT packet, form_version, answer_count, results FROM {satisfaction_packets} WHERE animation_id = %(animation_id)s
ORDER BY packet"""
