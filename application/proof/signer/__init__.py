"""What the signer is called, and what keeps it and its witnesses from their work."""
