"""`sipas sounds list`: what can be recorded, under which file name, and what is still missing."""

from collections.abc import Mapping

import click
from sqlalchemy import select

from app.cli.opening import open_installation
from app.errors import BadInputError
from app.models import Field
from app.runtime import Runtime
from app.services.kiosk import DeskServices
from app.services.sounds import load_sounds
from kiosk.protocols import Choice
from kiosk.sounds import Recordable, list_recordables


@click.group("sounds")
def sounds_command() -> None:
    """Recordings that are read aloud at tablets and phones."""


@sounds_command.command("list")
@click.option("--lang", default="vi", show_default=True, help="Language of the recordings, as its file in lang/ is named.")
@click.option("--missing", "only_missing", is_flag=True, help="Only what is not recorded yet.")
def list_command(lang: str, only_missing: bool) -> None:
    """Print the text to record and the name of its file; any of .mp3, .ogg, .m4a, .wav will do."""
    runtime = open_installation()
    if lang not in runtime.languages:
        raise BadInputError(f"there is no language {lang!r}; there are {', '.join(runtime.languages)}")
    there: Mapping[str, object] = load_sounds(runtime.settings.data_dir).files.get(lang, {})
    recordables = list_to_record(runtime)
    language = runtime.languages[lang]
    folder = runtime.settings.data_dir / "sounds" / lang
    click.echo(f"folder {folder}")
    for each in recordables:
        if each.name in there and only_missing:
            continue
        untranslated = "  (not translated: record it in Vietnamese under sounds/vi)" if language.missing((each.sentence,)) else ""
        click.echo(f"{'there  ' if each.name in there else 'missing'}  {each.name}.mp3\t{language.translate(each.sentence)}{untranslated}")
    unknown = sorted(set(there) - {each.name for each in recordables})
    for name in unknown:
        click.echo(f"unused   {name}")
    n_there = sum(each.name in there for each in recordables)
    click.echo(f"{n_there} of {len(recordables)} recorded, {len(unknown)} files of another questionnaire or name")


def list_to_record(runtime: Runtime) -> list[Recordable]:
    """Everything the tablets of this installation read aloud."""
    with runtime.database.read() as session:
        fields = [Choice(field.code, field.name) for field in session.scalars(select(Field).order_by(Field.position, Field.code))]
    return list(list_recordables(DeskServices(runtime).kiosk_instrument(), fields))
