"""`sipas demo`: a whole demonstration office in one folder, served."""

import signal
import sys
from pathlib import Path
from types import FrameType

import click

from app.demo.folder import DemoFolder
from app.demo.handover import Handover
from app.demo.serving import USUAL_RESPONSES, USUAL_SEED, serve_demonstration


@click.command("demo")
@click.option(
    "--data",
    "data_dir",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder of the demonstration; made when it is not there, used again when it is.",
)
@click.option("--port", type=click.IntRange(0, 65_535), default=8080, show_default=True, help="Port; 0 for a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--responses", "n_responses", type=click.IntRange(min=0), help=f"Responses to generate [{USUAL_RESPONSES}].")
@click.option("--seed", type=click.IntRange(min=0), help=f"Seed of the generator [{USUAL_SEED}].")
def demo_command(data_dir: Path, port: int, host: str, n_responses: int | None, seed: int | None) -> None:
    """Make the demonstration office, serve it, print where to look; Ctrl-C ends it."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end_quietly)
    serve_demonstration(DemoFolder(data_dir.resolve()), host, port, n_responses=n_responses, seed=seed, announce=_announce)


def _end_quietly(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def _announce(handover: Handover) -> None:
    click.echo(f"READY {handover.url}")
    click.echo(f"Trang trên máy tính bảng:  {handover.tablet}")
    click.echo(f"Phiếu mời đánh giá:        {handover.slip_url}")
    click.echo(f"Trang phân tích:           {handover.analytics}")
    click.echo(f"Đăng nhập:                 {handover.sign_in}")
    click.echo(f"Tên đăng nhập, mật khẩu:   {handover.analyst_name}  {handover.password}")
    click.echo(f"Cùng mật khẩu:             {', '.join(f'{person.name} ({person.title})' for person in handover.people[1:])}")
    sys.stdout.flush()
