"""What a compose file must keep to; there is no engine where the suite is tested, so it is read, not run."""

import re
from collections.abc import Iterator
from typing import Any

Compose = dict[str, Any]

OURS = re.compile(r"^ningjitong:\$\{NJT_TAG:\?[^}]+\}$")
REQUIRED = re.compile(r"\$\{\w+:\?[^}]+\}")
CREDENTIAL = re.compile(r"PASSWORD|_PASS$|SECRET|TOKEN")
ADDRESS = re.compile(r"://[^:/@]*:(?P<password>.*)@")


def compose_faults(document: Compose) -> Iterator[str]:
    """Every breach as `service: what`."""
    services = document["services"]
    awaited = {
        name
        for service in services.values()
        for name, how in service.get("depends_on", {}).items()
        if how["condition"] == "service_completed_successfully"
    }
    for name, service in services.items():
        if name not in awaited and not service.get("healthcheck", {}).get("test"):
            yield f"{name}: keeps running and has no healthcheck"
        if "command" in service and not OURS.match(service["image"]):
            yield f"{name}: does not run the one image: {service['image']}"
        if service["image"].endswith(":latest") or ":" not in service["image"]:
            yield f"{name}: image {service['image']} names no release"
        yield from (
            f"{name}: waits for {it}, which is not there"
            for it in service.get("depends_on", {})
            if it not in services
        )
        yield from (
            f"{name}: secret {it} is not there"
            for it in service.get("secrets", ())
            if it not in document["secrets"]
        )
        yield from (f"{name}: {it}" for it in _written_down(service.get("environment", {})))
    for name, secret in document["secrets"].items():
        if not REQUIRED.search(secret["file"]):
            yield f"secret {name}: its file has a default"


def _written_down(environment: dict[str, str]) -> Iterator[str]:
    for variable, value in environment.items():
        address = ADDRESS.search(value)
        secret = address["password"] if address else value if CREDENTIAL.search(variable) else None
        if secret is not None and not REQUIRED.fullmatch(secret):
            yield f"{variable} is written down"
