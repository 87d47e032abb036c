"""Sign-in: tokens signed here for the embedded setup, or access tokens of an OpenID Connect issuer."""
