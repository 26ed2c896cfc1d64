"""`sipas serve`: the web server."""

import threading
from typing import Protocol, cast

import click
from waitress.server import create_server
from waitress.task import ThreadedTaskDispatcher

from analytics.counting import load_kernel
from app.cli.opening import open_installation
from app.errors import ConfigurationError
from app.runtime import Runtime
from app.services.figures import Figures
from app.services.instruments import publish_instruments
from app.services.kiosk import DeskServices
from app.services.refresher import StoreRefresher


class Server(Protocol):
    """A bound server; waitress's type stubs leave the port out."""

    effective_port: int
    task_dispatcher: ThreadedTaskDispatcher

    figures: Figures

    def run(self) -> None:
        """Serve until closed."""

    def close(self) -> None:
        """Stop serving."""


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
def serve_command(host: str, port: int) -> None:
    """Serve the tablet page, the invitation, the analytics page and the API."""
    runtime = open_installation()
    publish_instruments(runtime)
    DeskServices(runtime).kiosk_instrument()
    server = make_server(runtime, host, port)
    refresher = start_refresher(server)
    click.echo(f"READY http://{host}:{port}")
    try:
        server.run()
    finally:
        refresher.end()


def start_refresher(server: Server) -> StoreRefresher:
    """Keep the store of a server's figures fresh while it runs."""
    refresher = StoreRefresher(server.figures)
    refresher.start()
    return refresher


def make_server(runtime: Runtime, host: str, port: int) -> Server:
    """A waitress server, bound and ready to run: one process, so that SQLite has one writer and the limiter one memory.

    The counting kernel is loaded meanwhile – compiled, the first time on a machine –, so that no page waits for it. Raises
    ConfigurationError when the address cannot be used.
    """
    from app.factory import create_app

    threading.Thread(target=load_kernel, name="counting kernel", daemon=True).start()
    app = create_app(runtime)
    # waitress would take a trusted proxy's headers away before the application, which knows how many to trust, has read them.
    clears = runtime.settings.trusted_proxies == 0
    try:
        server = create_server(
            app, host=host, port=port, threads=runtime.settings.threads, ident=None, clear_untrusted_proxy_headers=clears
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "no such address"
        raise ConfigurationError(f"cannot listen on {host} port {port} ({reason}): choose another --host or --port") from None
    bound = cast(Server, server)
    bound.figures = app.extensions["figures"]
    return bound
