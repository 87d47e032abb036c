"""People as the log knows them: found by whatever they are called, exported, erased."""
