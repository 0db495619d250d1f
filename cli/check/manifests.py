"""The Kubernetes manifests: each overlay builds, fits the cluster's schema strictly, and keeps the policy."""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path

import yaml

from cli.check.manifest_rules import RULES, Manifest, label

KUBERNETES = "1.37"
OVERLAYS = ("local", "production", "staging")


class CannotBuild(Exception):  # noqa: N818 — what the operator is told, not a fault of ours
    """清单无法生成 · The manifests cannot be built."""


def findings(root: Path) -> list[str]:
    """Every fault of every overlay as `overlay: Kind/name: what`."""
    found: list[str] = []
    folder = root / "deploy" / "k8s" / "overlays"
    for overlay in sorted({*OVERLAYS, *(path.name for path in folder.glob("*/"))}):
        try:
            manifests = build(folder / overlay)
        except CannotBuild as refusal:
            found.append(f"{overlay}: {refusal}")
        else:
            found += [f"{overlay}: {words}" for words in faults(manifests)]
    return found


def build(overlay: Path) -> list[Manifest]:
    """What `kubectl apply -k` would send; raises CannotBuild. Needs no cluster and no network."""
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        raise CannotBuild("未找到 kubectl · kubectl is not on PATH")
    done = subprocess.run([kubectl, "kustomize", str(overlay)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CannotBuild(f"清单无法生成 · kustomize refused: {done.stderr.strip()}")
    return [manifest for manifest in yaml.safe_load_all(done.stdout) if manifest]


def faults(manifests: Sequence[Manifest]) -> Iterator[str]:
    """What is wrong with the manifests of one overlay; rules look only at what the schema accepts."""
    misfits = list(_misfits(manifests))
    yield from misfits
    if not misfits:
        for rule in RULES:
            yield from rule(manifests)


def _misfits(manifests: Sequence[Manifest]) -> Iterator[str]:
    schema = import_module("kubernetes_validate")
    for manifest in manifests:
        try:
            schema.validate(manifest, KUBERNETES, strict=True)
        except schema.ValidationError as misfit:
            place = ".".join(map(str, misfit.absolute_path))
            yield f"{label(manifest)}: {place or 'top level'}: {misfit.message}"
        except schema.SchemaNotFoundError as unknown:
            yield f"{label(manifest)}: {unknown.message}"
