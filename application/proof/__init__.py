"""The log as proof: a Merkle tree over the stored events, signed checkpoints of it, and bundles that prove alone."""
