"""Keeping the store: closed hours go out of the database into parts, damaged parts are made again, the nightly check compares."""

import threading
from dataclasses import dataclass

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analytics.design import Design
from analytics.store import Manifest, PartEntry, PartError, Rows, StoreError, StoreFolder, Views
from analytics.store.cube_file import list_wrong_cubes
from analytics.store.part import choose_tally, read_part, read_tally
from app.errors import DatabaseUnavailableError
from app.models import Response
from app.queries.instruments import find_instrument
from app.queries.stored_rows import read_rows
from app.runtime import Runtime
from app.services.closing import Closing, close_hours
from app.services.excluded_parts import keep_excluded
from survey_forms import Instrument

_log = structlog.get_logger()
_FOLDER = "store"
_MOST_AT_ONCE = 4_000_000
"""Responses a rebuild reads in one go, some 600 MiB; more are read some months at a time, each time through the whole table."""
_MONTH = 30 * 24
_EVERYTHING_OPEN = Manifest(database="", made="nothing", epoch=0, closed_until=0)


@dataclass(frozen=True, slots=True)
class StoreReport:
    """What a command says about a store."""

    n_parts: int
    n_rows: int
    n_bytes: int
    closed_until: int
    n_repaired: int


class StoreKeeper:
    """The store of one installation: folder, views, and the ways it changes. For many threads."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.folder = StoreFolder(runtime.settings.data_dir / _FOLDER)
        self.views = Views(self.folder)
        self._tried_hour: int | None = None
        self._lock = threading.Lock()

    def current(self) -> Manifest:
        """The parts to count from; closes what can be closed when an hour has passed or the folder has gone.

        Without a store the caller waits for it to be made, and where it cannot be made everything counts as open. A refresh that
        another process is busy with is not waited for: what is not in a part yet is counted from the database.
        """
        manifest = self._read_manifest()
        if manifest is None or self._tried_hour != self.runtime.hour():
            with self._lock:
                if manifest is None or self._tried_hour != self.runtime.hour():
                    self._try_refresh(wait=manifest is None)
                    self._tried_hour = self.runtime.hour()
            manifest = self._read_manifest()
        return manifest or _EVERYTHING_OPEN

    def _try_refresh(self, *, wait: bool) -> None:
        """A disk that takes no more writes must not take the pages away: they count what the store lacks from the database."""
        try:
            self.refresh(wait=wait)
        except (OSError, DatabaseUnavailableError) as error:
            _log.error("store was not refreshed", error=type(error).__name__)

    def refresh(self, *, wait: bool = False) -> bool:
        """Write what was received in hours closed since the last time; False when another process is at it and `wait` is not asked for."""
        closing = close_hours(self.runtime)
        with self.folder.writing(wait=wait) as is_mine:
            if is_mine:
                manifest = self._own_manifest(closing)
                for part in self.folder.missing_files(manifest):
                    manifest = self._remake(manifest, part, "missing")
                if manifest.closed_until < closing.closed_until:
                    manifest = self._extend(manifest, closing.closed_until)
                keep_excluded(self.runtime, self.folder, manifest)
            return is_mine

    def rebuild(self) -> StoreReport:
        """Make the store anew from the database alone."""
        with self.folder.writing(wait=True):
            self.folder.discard()
        self.refresh(wait=True)
        return self.report()

    def check(self) -> StoreReport:
        """Read every part and compare it with the database, row by row and count by count; what differs is made again.

        This is also how an answer about a respondent that was erased leaves the store.
        """
        self.refresh(wait=True)
        n_repaired = 0
        with self.folder.writing(wait=True):
            manifest = self._own_manifest(close_hours(self.runtime))
            with self.runtime.database.read() as session:
                stray = self._list_strays(session, manifest)
            if stray:
                _log.error("store lacks responses of the database", count=stray)
                self.folder.discard()
                n_repaired = len(manifest.parts)
            for part in () if stray else manifest.parts:
                problem = self._find_difference(part)
                if problem is not None:
                    manifest = self._remake(manifest, part, problem)
                    n_repaired += 1
            if not stray:
                keep_excluded(self.runtime, self.folder, manifest, anew=True)
        if n_repaired:
            self.refresh(wait=True)
        return self.report(n_repaired)

    def repair(self, error: PartError) -> None:
        """Make a part again that could not be used, unless somebody has done so already."""
        with self.folder.writing(wait=True):
            manifest = self._read_manifest()
            for part in () if manifest is None else manifest.parts:
                if part.name == error.name and manifest is not None:
                    manifest = self._remake(manifest, part, error.kind)

    def report(self, n_repaired: int = 0) -> StoreReport:
        """What there is now."""
        manifest = self.current()
        n_bytes = self.folder.size(manifest) if manifest.parts else 0
        return StoreReport(len(manifest.parts), manifest.n_rows, n_bytes, manifest.closed_until, n_repaired)

    def _read_manifest(self) -> Manifest | None:
        try:
            return self.folder.manifest()
        except (StoreError, OSError):
            return None  # whoever writes next makes it anew and says so

    def _own_manifest(self, closing: Closing) -> Manifest:
        """The list of this database's parts; an empty one where there is none, or where it is of another database or an older copy."""
        manifest = self._read_manifest()
        if manifest is not None and manifest.database == closing.database and manifest.closed_until <= closing.closed_until:
            return manifest
        if (self.folder.path / "manifest.json").exists():
            _log.warning("store is of another database or cannot be read, made anew", kind="foreign")
        manifest = Manifest(closing.database, made=self.runtime.random_bytes(8).hex(), epoch=0, closed_until=0)
        self.folder.put(manifest)
        return manifest

    def _extend(self, manifest: Manifest, until_hour: int) -> Manifest:
        designs: dict[str, Design] = {}
        with self.runtime.database.read() as session:
            windows = _windows(session, manifest.closed_until, until_hour)
            is_much = manifest.closed_until == 0 or len(windows) > 1
            for first, until in windows:
                read = read_rows(self.runtime, session, first_hour=first, until_hour=until, through_all=is_much)
                new = []
                for name in list(read):
                    instrument, rows = read.pop(name)
                    designs[name] = Design.of(instrument)
                    new += self.folder.write(designs[name], rows, first, until)
                    del rows
                manifest = manifest.with_parts(new, until)
                self.folder.put(manifest)
        compacted = manifest
        for name in {part.instrument_id for part in manifest.parts}:
            design = designs.get(name) or self._design_of(name)
            try:
                compacted = self.folder.compact(compacted, design)
            except PartError as error:
                part = next(part for part in compacted.parts if part.name == error.name)
                compacted = self._remake(compacted, part, error.kind)
        if compacted != manifest:
            self.folder.put(compacted)
        return compacted

    def _design_of(self, instrument_id: str) -> Design:
        with self.runtime.database.read() as session:
            instrument = find_instrument(self.runtime, session, instrument_id)
        if instrument is None:
            raise StoreError("The store holds a questionnaire this database does not know; `sipas store rebuild` makes it anew.")
        return Design.of(instrument)

    def _from_database(self, part: PartEntry) -> tuple[Instrument, Rows] | None:
        with self.runtime.database.read() as session:
            read = read_rows(
                self.runtime, session, first_hour=part.first_hour, until_hour=part.until_hour, instrument_id=part.instrument_id
            )
        return read.get(part.instrument_id)

    def _remake(self, manifest: Manifest, part: PartEntry, kind: str) -> Manifest:
        """Replace a part by what the database holds for its hours, and tell so."""
        read = self._from_database(part)
        new = [] if read is None else self.folder.write(Design.of(read[0]), read[1], part.first_hour, part.until_hour)
        manifest = manifest.replacing([part], new, same_rows=False)
        self.folder.put(manifest)
        _log.warning("store part made again from the database", part=part.name, kind=kind, count=sum(p.n_rows for p in new))
        return manifest

    def _find_difference(self, part: PartEntry) -> str | None:
        """One word for how a part differs from the database; None when both are the same to the last digit."""
        read = self._from_database(part)
        if read is None:
            return "rows"
        design, rows = Design.of(read[0]), read[1].in_order()
        try:
            if not read_part(self.folder.path, design, part).equals(rows):
                return "rows"
            if not read_tally(self.folder.path, design, part).equals(choose_tally(design, rows)):
                return "tally"
        except PartError as error:
            return error.kind
        wrong = list_wrong_cubes(self.folder.path, design, part, rows)
        for file in wrong:
            file.unlink(missing_ok=True)
        return "cube" if wrong else None

    def _list_strays(self, session: Session, manifest: Manifest) -> int:
        """Closed responses of the database that no part's hours cover."""
        hour = Response.received_hour
        statement = (
            select(Response.instrument_id, hour, func.count()).where(hour < manifest.closed_until).group_by(Response.instrument_id, hour)
        )
        ranges: dict[str, list[PartEntry]] = {}
        for part in manifest.parts:
            ranges.setdefault(part.instrument_id, []).append(part)
        return sum(
            count
            for name, received, count in session.execute(statement)
            if not any(part.first_hour <= received < part.until_hour for part in ranges.get(name, ()))
        )


def _windows(session: Session, first_hour: int, until_hour: int) -> list[tuple[int, int]]:
    """The hours to read, in steps of whole months that fit into memory."""
    month = (Response.received_hour // _MONTH).label("month")
    chosen = Response.received_hour.between(first_hour, until_hour - 1)
    counts = session.execute(select(month, func.count()).where(chosen).group_by(month).order_by(month))
    starts, n_rows = [first_hour], 0
    for number, n_of_month in counts:
        if n_rows and n_rows + n_of_month > _MOST_AT_ONCE:
            starts.append(int(number) * _MONTH)
            n_rows = 0
        n_rows += n_of_month
    return list(zip(starts, [*starts[1:], until_hour], strict=True))
