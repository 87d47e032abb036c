"""The drill: a cluster of three nodes under load, its faults one after the other, and what each of them costs."""
