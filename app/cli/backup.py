"""`sipas backup`, `sipas restore`: one file out, one file in, both checked."""

from pathlib import Path

import click

from app.backup.restoring import drill, restore_backup
from app.backup.saving import save_backup
from app.cli.opening import open_installation
from app.config import load_settings


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup_command(file: Path) -> None:
    """Save the database into FILE (a zip) while people rate; counted and computed again from the copy before it gets its name.

    The secret key is not in it: keep secret.key (or SIPAS_SECRET_KEY) apart, for without it no printed code opens.
    """
    manifest = save_backup(open_installation(), file)
    click.echo(f"{file}: {manifest.n_responses} responses, {len(manifest.rows)} tables, figures of {len(manifest.figures)} questionnaires")


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--drill", "is_drill", is_flag=True, help="Restore to a place that is thrown away, to see that it works.")
def restore_command(file: Path, is_drill: bool) -> None:
    """Restore FILE into the new, empty place SIPAS_DATA_DIR and SIPAS_DATABASE_URL name, and compute its figures again.

    The office's secret.key must be in the data folder (or in SIPAS_SECRET_KEY) first. A database is never written over.
    """
    manifest = (drill if is_drill else restore_backup)(load_settings(), file)
    place = "restored and thrown away again" if is_drill else "restored"
    click.echo(
        f"{place}: {manifest.n_responses} responses of the backup of {manifest.made_on}; "
        f"rows of {len(manifest.rows)} tables and figures of {len(manifest.figures)} questionnaires are those of the original"
    )
