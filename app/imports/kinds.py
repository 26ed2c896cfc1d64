"""Every kind of import, by the name `sipas import` calls it, in the order in which a new office needs them."""

from typing import Any

from app.imports.catalogue import FIELDS, PROCEDURES
from app.imports.counts import COUNTS
from app.imports.dossiers import DOSSIERS
from app.imports.opening import DAYS, HOURS
from app.imports.par_scales import PAR_SCALES
from app.imports.plan import Kind
from app.imports.responses import RESPONSES
from app.imports.targets import TARGETS
from app.imports.units import UNITS

KINDS: dict[str, Kind[Any]] = {
    kind.name: kind for kind in (UNITS, FIELDS, PROCEDURES, HOURS, DAYS, TARGETS, PAR_SCALES, DOSSIERS, RESPONSES, COUNTS)
}
