"""`sipas serve`: the web server."""

import click
from waitress import create_server
from waitress.server import BaseWSGIServer

from app.cli.opening import open_installation
from app.runtime import Runtime
from app.services.instruments import publish_instruments


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


def make_server(runtime: Runtime, host: str, port: int) -> BaseWSGIServer:
    """A waitress server, bound and ready to run: one process, so that SQLite has one writer and the limiter one memory."""
    from app.factory import create_app

    return create_server(
        create_app(runtime),
        host=host,
        port=port,
        threads=runtime.settings.threads,
        ident=None,
        clear_untrusted_proxy_headers=True,
    )
