"""`sipas nightly`: the night's work, called by a timer of the system."""

from pathlib import Path

import click

from app.backup.saving import save_backup
from app.cli.opening import open_installation
from app.services.integrity import run_integrity
from app.services.night import note_night, spend_night
from app.services.store import StoreKeeper


@click.command("nightly")
@click.option("--backup", "folder", type=click.Path(path_type=Path, file_okay=False), help="Also save a backup into this folder.")
def nightly_command(folder: Path | None) -> None:
    """Forget the order of used codes, delete what has ended, compare the store with the database, look for flags; safe while people rate.

    Run it every night. With --backup also writes sipas-<day>.zip, in place of one of the same day. Old ones are yours to delete.
    """
    runtime = open_installation()
    night = spend_night(runtime)
    click.echo(f"{night.forgotten.n_codes} codes and {night.forgotten.n_paper_sheets} numbers of paper forms in an order that says nothing")
    click.echo(f"{night.n_sign_ins} sign-ins, {night.n_enrolment_codes} enrolment codes and {night.n_old_codes} old rating codes deleted")
    store = StoreKeeper(runtime).check()
    click.echo(f"{store.n_rows} responses in {store.n_parts} parts compared with the database, {store.n_repaired} parts made anew")
    run = run_integrity(runtime)
    click.echo(f"{run.n_responses} responses since {run.first_on} looked at, {run.n_new} new integrity flags")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        manifest = save_backup(runtime, folder / f"sipas-{runtime.today().isoformat()}.zip", replace=True)
        click.echo(f"backup of {manifest.n_responses} responses saved and checked")
    note_night(runtime)  # last: a night that fails half-way every time must be noticed, too
