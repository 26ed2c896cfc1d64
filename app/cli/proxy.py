"""`sipas proxy nginx`: prints the configuration of a reverse proxy whose log is silent about citizens."""

import click

from app.proxy.rendering import Place, render_nginx


@click.group("proxy")
def proxy_command() -> None:
    """Configuration of the reverse proxy in front of `sipas serve`."""


@proxy_command.command("nginx")
@click.option("--host", required=True, help="Name citizens type, as in SIPAS_PUBLIC_URL.")
@click.option("--upstream", default="127.0.0.1:8080", show_default=True, help="Where `sipas serve` listens.")
@click.option("--certificate", help="File of the TLS certificate with its chain.")
@click.option("--key", help="File of its private key.")
@click.option("--listen", default="80", show_default=True, help="Port or address:port, when there is no certificate here.")
@click.option("--logs", default="/var/log/nginx", show_default=True, help="Folder of the logs.")
def nginx_command(host: str, upstream: str, certificate: str | None, key: str | None, listen: str, logs: str) -> None:
    """Print the configuration of nginx; put it into /etc/nginx/conf.d/sipas.conf and set SIPAS_TRUSTED_PROXIES=1."""
    click.echo(render_nginx(Place(host, upstream, certificate, key, listen, logs)), nl=False)
