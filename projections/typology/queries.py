"""The short lists, read whole: territories, the typology's terms, the attestation's questions."""

TERRITORIES = "SELECT * FROM {territories} ORDER BY code"
TERMS = "SELECT * FROM {terms} ORDER BY place"
#: Every version of the form, the first one first.
FORMS = "SELECT * FROM {attestation_forms} ORDER BY version"
FORM = "SELECT * FROM {attestation_forms} ORDER BY version DESC LIMIT 1"
