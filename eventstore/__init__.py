"""The log: one application, one total order, and the keys of the people in it."""
