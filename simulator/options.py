"""Options of the command line by which both programs are told where they are reached and whom they believe."""

from pathlib import Path
from typing import Annotated

import typer

Listen = Annotated[str, typer.Option(help="HTTPS 方式的监听地址 · where we listen when the line is HTTPS")]
Ca = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="信任的 CA 证书 · the authorities to believe, PEM"),
]
Cert = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="本方证书 · our certificate, served with and shown"),
]
CertKey = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="本方证书私钥 · the key of our certificate")
]
