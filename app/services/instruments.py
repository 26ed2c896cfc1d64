"""Publishing instruments: a version enters the database once and is never edited afterwards."""

from sqlalchemy import select

from app.errors import ConfigurationError
from app.models import InstrumentVersion
from app.runtime import Runtime


def publish_instruments(runtime: Runtime) -> None:
    """Record every shipped instrument version that is new.

    Raises ConfigurationError when a version already published differs from its file: answers given to the old wording
    would silently change their meaning.
    """
    with runtime.database.write() as session:
        published = {row.id: row.content_hash for row in session.scalars(select(InstrumentVersion))}
        for instrument in runtime.instruments.values():
            known = published.get(instrument.id)
            if known is None:
                session.add(
                    InstrumentVersion(
                        id=instrument.id,
                        series=instrument.series,
                        version=instrument.version,
                        content_hash=instrument.content_hash,
                        source=instrument.model_dump_json(),
                        published_on=runtime.today(),
                    )
                )
            elif known != instrument.content_hash:
                raise ConfigurationError(
                    f"instrument {instrument.id} has been edited after it was published: put the file back as it was, or give "
                    "the new wording a new minor version in a file of its own (a change of meaning: a new series)"
                )
