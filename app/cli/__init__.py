"""The console command `sipas`. Sub-commands are imported when called, so that `sipas index` starts without the web."""

import importlib
import sys
import traceback

import click

MODULES = {
    "backup": "app.cli.backup",
    "check": "app.cli.check",
    "cluster": "app.cli.cluster",
    "compare": "app.cli.compare",
    "db": "app.cli.db",
    "demo": "app.cli.demo",
    "device": "app.cli.keys",
    "drivers": "app.cli.drivers",
    "export": "app.cli.export",
    "import": "app.cli.imports",
    "index": "app.cli.index",
    "integrity": "app.cli.integrity",
    "key": "app.cli.keys",
    "nightly": "app.cli.nightly",
    "proxy": "app.cli.proxy",
    "restore": "app.cli.backup",
    "serve": "app.cli.serve",
    "simulate": "app.cli.simulate",
    "sounds": "app.cli.sounds",
    "store": "app.cli.store",
    "template": "app.cli.template",
    "user": "app.cli.users",
}
"""Which module holds which sub-command; the object there is called `<name>_command`."""


class LazyGroup(click.Group):
    """A group that imports a sub-command's module only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Every sub-command, in order."""
        return sorted(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        """The sub-command, or None when there is none of that name."""
        if cmd_name not in MODULES:
            return None
        command = getattr(importlib.import_module(MODULES[cmd_name]), f"{cmd_name}_command")
        return command if isinstance(command, click.Command) else None


@click.group(cls=LazyGroup)
@click.version_option(package_name="sipas")
def cli() -> None:
    """Satisfaction with the one-stop desk: collect, count, judge, publish."""


def main() -> None:
    """Run `sipas`; an error made on purpose ends as one sentence on stderr and exit status 1."""
    from analytics import AnalyticsError
    from app.errors import AppError
    from survey_forms import SurveyFormError

    try:
        cli()
    except (AppError, AnalyticsError, SurveyFormError) as error:
        click.echo(f"sipas: {error}", err=True)
        sys.exit(1)
    except Exception as error:
        # The message may quote what somebody typed; the place is enough to report.
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{type(error).__name__} at {frame.filename}:{frame.lineno}"
        click.echo(f"sipas: unexpected error ({place}); what was not committed is not stored. Please report this line", err=True)
        sys.exit(1)
