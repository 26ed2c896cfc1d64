"""How a command opens the installation it works on."""

from app import schema
from app.config import load_settings
from app.errors import ConfigurationError
from app.runtime import Runtime, open_runtime


def open_installation() -> Runtime:
    """The installation the environment names, its schema up to date.

    Raises ConfigurationError when settings are wrong, there is no secret, or the database needs `sipas db upgrade`.
    """
    runtime = open_runtime(load_settings())
    if not runtime.database.is_reachable():
        raise ConfigurationError("the database cannot be reached: check SIPAS_DATABASE_URL and SIPAS_DATA_DIR, and that it runs")
    with runtime.database.engine.connect() as connection:
        at = schema.find_revision(connection)
    if at != schema.newest_revision():
        raise ConfigurationError(
            f"the database is at revision {at or 'none'}, this version needs {schema.newest_revision()}: run `sipas db upgrade`"
        )
    return runtime
