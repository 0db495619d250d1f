"""Finds one object, pod or container among built manifests."""

from typing import Any

from cli.check.manifest_rules import Manifest

Manifests = list[Manifest]


def pick(manifests: Manifests, kind: str, name: str) -> Manifest:
    found = [it for it in manifests if it["kind"] == kind and it["metadata"]["name"].startswith(name)]
    assert len(found) == 1, f"{kind}/{name}: {len(found)}"
    return found[0]


def pod(manifests: Manifests, name: str = "filing-api", kind: str = "Deployment") -> Manifest:
    spec: Manifest = pick(manifests, kind, name)["spec"]["template"]["spec"]
    return spec


def main(manifests: Manifests, name: str = "filing-api", kind: str = "Deployment") -> Manifest:
    container: Manifest = pod(manifests, name, kind)["containers"][0]
    return container


def without(manifests: Manifests, kind: str, *names: str) -> None:
    for name in names:
        manifests.remove(pick(manifests, kind, name))


def environment(container: Manifest) -> dict[str, Any]:
    return {it["name"]: it.get("value") or it["valueFrom"] for it in container["env"]}
