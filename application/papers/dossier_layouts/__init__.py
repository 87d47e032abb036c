"""How the dossier was laid out on paper, version by version: an old bundle's PDF is laid out again to be compared."""
