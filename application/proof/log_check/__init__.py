"""Check the whole log against what was signed: see `application.proof.checking`."""
