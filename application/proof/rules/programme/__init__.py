"""How events of the programme beside its animations are judged."""
