"""`sipas import box`: the sealed box of a tablet that could not send."""

from pathlib import Path

import click

from app.cli.opening import open_installation
from app.errors import BadInputError
from app.services.sealed_box import import_box


@click.command("box", short_help="The sealed box of a tablet that could not send.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--older-key", is_flag=True, help="Take a box proved by a key the device had before it was enrolled anew.")
def import_box_command(file: Path, older_key: bool) -> None:
    """Bring in a file saved on a tablet's staff screen. The same file a second time changes nothing."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise BadInputError(f"{file} cannot be read: {error.strerror}") from None
    report = import_box(open_installation(), content, is_older_key_fine=older_key)
    click.echo(
        f"box of device {report.device_id}: {report.n_acknowledged} acknowledged, "
        f"{report.n_quarantined} quarantined, {report.n_rejected} rejected"
    )
