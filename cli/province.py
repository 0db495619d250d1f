"""`njt province`: the provincial side of the exchange, played by the simulator, and its conformance kit."""

from collections.abc import Mapping, Sequence
from importlib import import_module

import typer

from cli.servers.places import data_root
from cli.suite.home import Home

app = typer.Typer(help="省级交换 · The provincial exchange.", no_args_is_help=True)

_HANDED_ON = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}
"""The simulator is another program: its options are its own, and so is its help."""
_CITY = "http://127.0.0.1:8080"


@app.callback()
def province() -> None:
    """省级交换 · The provincial exchange."""


@app.command(context_settings=_HANDED_ON)
def simulate(context: typer.Context) -> None:
    """扮演省级系统 · Play the province: answer the city until Ctrl-C, or send a scenario or a story and end with it."""
    _hand_on("simulator.__main__", context, _on_the_line())


@app.command(context_settings=_HANDED_ON)
def files(context: typer.Context) -> None:
    """无专线的省级系统 · Play the province by batch files: take some, and write what it says to them."""
    _hand_on("simulator.files.__main__", context, _province_here())


@app.command(context_settings=_HANDED_ON)
def conform(context: typer.Context) -> None:
    """符合性测试 · Play one side of the exchange against any counterpart, case by case, and report."""
    _hand_on("simulator.conform.__main__", context, _side_here(context.args))


def _on_the_line() -> dict[str, str]:
    """Likewise where the city is, and the file in which it reads a new key of the province's."""
    here = _province_here()
    return here and {
        "url": _CITY,
        "public": str(Home(folder=data_root() / "up" / "home").province_keys),
        **here,
    }


def _province_here() -> dict[str, str]:
    """The keys and the store of the province that `njt up` on this machine knows, where there are any."""
    home = Home(folder=data_root() / "up" / "home")
    if not home.city_keys.exists():
        return {}
    return {
        "key": str(home.signing_key("province")),
        "peers": str(home.city_keys),
        "store": str(home.province_store),
    }


def _side_here(args: Sequence[str]) -> dict[str, str]:
    """The keys of the side that is played, likewise: the city's service, unless the province is asked for."""
    here = _province_here()
    if not here or _told(args, "--role") == "province":
        return {name: path for name, path in here.items() if name != "store"}
    home = Home(folder=data_root() / "up" / "home")
    service = _told(args, "--service") or "filing"
    return {"key": str(home.signing_key(service)), "peers": str(home.province_keys)}


def _told(args: Sequence[str], option: str) -> str | None:
    """The value of an option that belongs to another program."""
    for place, each in enumerate(args):
        name, sign, value = each.partition("=")
        if name == option:
            return value if sign else next(iter(args[place + 1 :]), None)
    return None


def _hand_on(program: str, context: typer.Context, here: Mapping[str, str]) -> None:
    try:
        entry = import_module(program)
    except ModuleNotFoundError:
        # A production image lacks it.
        typer.echo("此处没有安装模拟器 · The simulator is not installed here", err=True)
        raise typer.Exit(code=1) from None
    entry.app(args=context.args, prog_name=context.command_path, default_map=here)
