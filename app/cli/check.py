"""`sipas check`: what is set, and whether the installation could start."""

import click

from app.cli.opening import open_installation
from app.config import Settings, load_settings
from app.services.instruments import publish_instruments
from app.services.kiosk import DeskServices
from app.services.server_watch import find_missed_night
from kiosk.sentences import list_missing

_SHOWN = 5
"""Missing texts that are printed in full; the rest is a number."""


@click.command("check")
def check_command() -> None:
    """Print every setting, then try to open the installation as `sipas serve` would."""
    settings = load_settings()
    for name, field in Settings.model_fields.items():
        value = "(set)" if name == "secret_key" and settings.secret_key else getattr(settings, name)
        origin = "set" if name in settings.model_fields_set else "default"
        click.echo(f"SIPAS_{name.upper():22} {value!s:40} {origin:8} {field.description}")
    runtime = open_installation()
    publish_instruments(runtime)
    instrument = DeskServices(runtime).kiosk_instrument()
    for language in runtime.languages.values():
        if language.code == "vi":
            continue
        missing = list_missing(language, instrument)
        click.echo(f"language {language.code} ({language.name}): {len(missing)} texts missing, shown in Vietnamese")
        for sentence in missing[:_SHOWN]:
            click.echo(f"  {sentence}")
        if len(missing) > _SHOWN:
            click.echo(f"  … and {len(missing) - _SHOWN} more")
    missed = find_missed_night(runtime)
    if missed is not None:
        since = "yet" if missed.last_at is None else f"since {missed.last_at:%Y-%m-%dT%H:%MZ}"
        click.echo(f"warning: `sipas nightly` has not come to its end {since}: look at its timer, or run it by hand")
    click.echo("ok")
