"""What people read: the projection engine, one module per read model, and the SQL that reads it."""

from projections.engine.registry import declare
from projections.registry import VIEWS, projections

declare(projections, VIEWS)
