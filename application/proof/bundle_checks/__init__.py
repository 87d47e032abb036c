"""The checks of a bundle, one after the other (see `application.proof.verifying`)."""
