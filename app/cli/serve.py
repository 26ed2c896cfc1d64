"""`sipas serve`: the web server."""

from typing import Protocol, cast

import click
from waitress.server import create_server
from waitress.task import ThreadedTaskDispatcher

from app.cli.opening import open_installation
from app.runtime import Runtime
from app.services.instruments import publish_instruments


class Server(Protocol):
    """A bound server; waitress's type stubs leave the port out."""

    effective_port: int
    task_dispatcher: ThreadedTaskDispatcher

    def run(self) -> None:
        """Serve until closed."""

    def close(self) -> None:
        """Stop serving."""


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, help="Port to listen on.")
def serve_command(host: str, port: int) -> None:
    """Serve the tablet page, the invitation, the analytics page and the API."""
    runtime = open_installation()
    publish_instruments(runtime)
    server = make_server(runtime, host, port)
    click.echo(f"READY http://{host}:{port}")
    server.run()


def make_server(runtime: Runtime, host: str, port: int) -> Server:
    """A waitress server, bound and ready to run: one process, so that SQLite has one writer and the limiter one memory."""
    from app.factory import create_app

    server = create_server(
        create_app(runtime),
        host=host,
        port=port,
        threads=runtime.settings.threads,
        ident=None,
        clear_untrusted_proxy_headers=True,
    )
    return cast(Server, server)
