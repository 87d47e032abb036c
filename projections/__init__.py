"""What people read: the projection engine, one module per read model, and the SQL that reads it."""
