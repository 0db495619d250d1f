"""The command line, read as a table of contents."""

from importlib.util import find_spec

import typer

from cli import exchange, ledger, policy, receipt
from cli.documents import asyncapi, openapi
from cli.serve import migrate, serve
from cli.topology import topology
from cli.wording import BilingualGroup


def create_app() -> typer.Typer:
    """Every command in a checkout; what a deployment runs where there is no simulator, as in the image."""
    app = typer.Typer(
        name="njt",
        cls=BilingualGroup,
        help="宁技通：南京技能人才评价服务套件 · The suite behind Nanjing's skill-evaluation work.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_show_locals=False,
    )
    if find_spec("simulator") is not None:
        _add_workbench(app)
    app.command()(serve)
    app.command()(migrate)
    app.command()(openapi)
    app.command()(asyncapi)
    app.command()(topology)
    app.add_typer(exchange.app, name="exchange")
    app.add_typer(ledger.app, name="ledger")
    app.add_typer(policy.app, name="policy", help="政策包 · the policy pack")
    app.add_typer(receipt.app, name="receipt")
    return app


def _add_workbench(app: typer.Typer) -> None:
    """Commands that start servers, play the province or need development tools."""
    from cli import province  # noqa: PLC0415 — not in the image, and not loaded by what it runs
    from cli.bench import bench  # noqa: PLC0415 — as above
    from cli.check import check  # noqa: PLC0415 — as above
    from cli.demo import demo  # noqa: PLC0415 — as above
    from cli.testing import test  # noqa: PLC0415 — as above
    from cli.up import up  # noqa: PLC0415 — as above

    app.command()(demo)
    app.command()(up)
    app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(test)
    app.command()(check)
    app.command()(bench)
    app.add_typer(province.app, name="province")


def main() -> None:
    create_app()(prog_name="njt")
