"""The signer: its name, and the troubles that keep it and its witnesses from their work."""
