"""The policy on manifests: what every object, pod and container must say, one rule each."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Manifest = dict[str, Any]
Rule = Callable[[Sequence[Manifest]], Iterator[str]]

LABELS = tuple(f"app.kubernetes.io/{name}" for name in ("name", "part-of"))
POD_LABELS = (*LABELS, "app.kubernetes.io/component", "app.kubernetes.io/version")
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
SECRET_NAME = re.compile(r"PASSWORD|SECRET|TOKEN|CREDENTIAL|KEYS?$|DATABASE__URL|BUS_?_URL")
SECRET_VALUE = re.compile(r"://[^/@\s]*:[^/@\s]+@|-----BEGIN")


@dataclass(frozen=True, kw_only=True)
class Workload:
    """A Deployment or Job with the parts of its pods that the rules speak of."""

    name: str
    manifest: Manifest
    labels: Mapping[str, str]
    pod: Manifest

    @property
    def keeps_running(self) -> bool:
        return bool(self.manifest["kind"] != "Job")

    @property
    def containers(self) -> list[Manifest]:
        return [*self.pod.get("initContainers", ()), *self.pod["containers"]]


def label(manifest: Manifest) -> str:
    """`Deployment/filing-api`, as the findings call it."""
    return f"{manifest.get('kind', '?')}/{manifest.get('metadata', {}).get('name', '?')}"


def workloads(manifests: Sequence[Manifest]) -> Iterator[Workload]:
    for it in manifests:
        if "template" in it.get("spec", {}):
            template = it["spec"]["template"]
            labels = template["metadata"].get("labels", {})
            yield Workload(name=label(it), manifest=it, labels=labels, pod=template["spec"])


def _containers(manifests: Sequence[Manifest]) -> Iterator[tuple[str, Workload, Manifest]]:
    for work in workloads(manifests):
        for container in work.containers:
            yield f"{work.name}/{container['name']}", work, container


def _kind(manifests: Sequence[Manifest], kind: str) -> list[Manifest]:
    return [manifest for manifest in manifests if manifest["kind"] == kind]


def _selects(selector: Manifest, labels: Mapping[str, str]) -> bool:
    """Whether a label selector fits; of its expressions only `In` is used here."""
    named = selector.get("matchLabels", {}).items()
    listed = selector.get("matchExpressions", ())
    return all(labels.get(key) == value for key, value in named) and all(
        it["operator"] == "In" and labels.get(it["key"]) in it["values"] for it in listed
    )


def resources_are_bounded(manifests: Sequence[Manifest]) -> Iterator[str]:
    for where, _, container in _containers(manifests):
        for side in ("requests", "limits"):
            missing = {"cpu", "memory"} - container.get("resources", {}).get(side, {}).keys()
            if missing:
                yield f"{where}: no {side} for {', '.join(sorted(missing))}"


def what_keeps_running_is_probed(manifests: Sequence[Manifest]) -> Iterator[str]:
    for work in workloads(manifests):
        for container in work.pod["containers"] if work.keeps_running else ():
            yield from (f"{work.name}: no {probe}" for probe in PROBES if probe not in container)


def nothing_runs_as_root(manifests: Sequence[Manifest]) -> Iterator[str]:
    for where, work, container in _containers(manifests):
        context = {**work.pod.get("securityContext", {}), **container.get("securityContext", {})}
        if context.get("runAsNonRoot") is not True or context.get("runAsUser") == 0:
            yield f"{where}: may run as root"


def nothing_is_privileged(manifests: Sequence[Manifest]) -> Iterator[str]:
    for where, work, container in _containers(manifests):
        context = {**work.pod.get("securityContext", {}), **container.get("securityContext", {})}
        if context.get("readOnlyRootFilesystem") is not True:
            yield f"{where}: root file system can be written"
        if context.get("capabilities", {}).get("drop") != ["ALL"] or context["capabilities"].get("add"):
            yield f"{where}: keeps capabilities"
        if context.get("allowPrivilegeEscalation") is not False or context.get("privileged"):
            yield f"{where}: may gain privileges"
        if context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
            yield f"{where}: seccomp profile is not RuntimeDefault"


def no_token_is_mounted(manifests: Sequence[Manifest]) -> Iterator[str]:
    accounts = {it["metadata"]["name"] for it in _kind(manifests, "ServiceAccount")}
    for work in workloads(manifests):
        if work.pod.get("automountServiceAccountToken") is not False:
            yield f"{work.name}: mounts the cluster's token"
        if work.pod.get("serviceAccountName") not in accounts:
            yield f"{work.name}: has no service account of its own"


def one_image_with_its_release(manifests: Sequence[Manifest]) -> Iterator[str]:
    images = {container["image"] for _, _, container in _containers(manifests)}
    if len(images) > 1:
        yield f"several images: {', '.join(sorted(images))}"
    for image in sorted(images):
        reference, _, digest = image.partition("@")
        release = reference.rsplit("/", 1)[-1].partition(":")[2]
        if release == "latest" or not (release or digest):
            yield f"image {image} names no release"
        for job in _kind(manifests, "Job"):
            if release and not job["metadata"]["name"].endswith(f"-{release}"):
                yield f"{label(job)}: its name does not end in the release {release}"


def no_secret_is_written_down(manifests: Sequence[Manifest]) -> Iterator[str]:
    for where, _, container in _containers(manifests):
        for it in container.get("env", ()):
            if "value" in it and (SECRET_NAME.search(it["name"]) or SECRET_VALUE.search(it["value"])):
                yield f"{where}: {it['name']} is written down; take it from a Secret"
    for manifest in _kind(manifests, "Secret"):
        yield f"{label(manifest)}: secrets are made by the operator, never applied from here"
    for manifest in _kind(manifests, "ConfigMap"):
        for key, value in manifest.get("data", {}).items():
            if SECRET_VALUE.search(value):
                yield f"{label(manifest)}: {key} holds a secret"


def references_name_their_keys(manifests: Sequence[Manifest]) -> Iterator[str]:
    kept = {it["metadata"]["name"]: it.get("data", {}) for it in _kind(manifests, "ConfigMap")}
    for where, _, container in _containers(manifests):
        if "envFrom" in container:
            yield f"{where}: envFrom takes every key; name the ones it needs"
        for it in container.get("env", ()):
            source = it.get("valueFrom", {})
            wanted = source.get("configMapKeyRef")
            if not source.get("secretKeyRef", {"name": "none"}).get("name"):
                yield f"{where}: {it['name']} does not say which Secret"
            if wanted and wanted["key"] not in kept.get(wanted["name"], {}):
                yield f"{where}: {it['name']} wants {wanted['key']} of a ConfigMap that has none"


def volumes_name_their_keys(manifests: Sequence[Manifest]) -> Iterator[str]:
    for work in workloads(manifests):
        for volume in work.pod.get("volumes", ()):
            source = volume.get("secret") or volume.get("configMap")
            if source is not None and not source.get("items"):
                yield f"{work.name}: volume {volume['name']} takes every key; name the ones it needs"


def jobs_stay_as_applied(manifests: Sequence[Manifest]) -> Iterator[str]:
    for where, work, container in _containers(manifests):
        if not work.keeps_running and "configMapKeyRef" in repr(container):
            yield f"{where}: a generated ConfigMap changes its name, and a Job cannot be changed"


def namespace_is_stated(manifests: Sequence[Manifest]) -> Iterator[str]:
    for manifest in manifests:
        if manifest["kind"] != "Namespace" and manifest["metadata"].get("namespace") in {None, "", "default"}:
            yield f"{label(manifest)}: is in the default namespace"


def labels_are_complete(manifests: Sequence[Manifest]) -> Iterator[str]:
    for manifest in manifests:
        missing = [it for it in LABELS if it not in manifest["metadata"].get("labels", {})]
        if missing:
            yield f"{label(manifest)}: no label {', '.join(missing)}"
    for work in workloads(manifests):
        missing = [it for it in POD_LABELS if it not in work.labels]
        if missing:
            yield f"{work.name}: its pods have no label {', '.join(missing)}"


def no_placeholder_is_left(manifests: Sequence[Manifest]) -> Iterator[str]:
    for manifest in manifests:
        left = re.search(r"\b(SERVICE|RELEASE)\b", repr(manifest))
        if left:
            yield f"{label(manifest)}: {left[1]} was not replaced"


def disruption_is_bounded(manifests: Sequence[Manifest]) -> Iterator[str]:
    selectors = [it["spec"]["selector"] for it in _kind(manifests, "PodDisruptionBudget")]
    for work in workloads(manifests):
        if work.keeps_running and not any(_selects(it, work.labels) for it in selectors):
            yield f"{work.name}: no PodDisruptionBudget selects it"


def network_is_closed(manifests: Sequence[Manifest]) -> Iterator[str]:
    policies = [it["spec"] for it in _kind(manifests, "NetworkPolicy")]
    if not any(
        it["podSelector"] == {} and set(it["policyTypes"]) == {"Ingress", "Egress"} for it in policies
    ):
        yield "no NetworkPolicy denies by default"
    for work in workloads(manifests):
        named = [it for it in policies if it["podSelector"].get("matchLabels", {}).get(LABELS[0])]
        if not any(_selects(it["podSelector"], work.labels) for it in named):
            yield f"{work.name}: no NetworkPolicy of its own selects it"


def roads_lead_somewhere(manifests: Sequence[Manifest]) -> Iterator[str]:
    pods = [work.labels for work in workloads(manifests) if work.keeps_running]
    served = {it["metadata"]["name"] for it in _kind(manifests, "Service")}
    for manifest in _kind(manifests, "Service"):
        if not any(_selects({"matchLabels": manifest["spec"]["selector"]}, labels) for labels in pods):
            yield f"{label(manifest)}: selects no pod"
    for manifest in _kind(manifests, "Ingress"):
        for path in (path for rule in manifest["spec"]["rules"] for path in rule["http"]["paths"]):
            if path["backend"]["service"]["name"] not in served:
                yield f"{label(manifest)}: {path['path']} leads to no Service"


RULES: tuple[Rule, ...] = (
    resources_are_bounded,
    what_keeps_running_is_probed,
    nothing_runs_as_root,
    nothing_is_privileged,
    no_token_is_mounted,
    one_image_with_its_release,
    no_secret_is_written_down,
    references_name_their_keys,
    volumes_name_their_keys,
    jobs_stay_as_applied,
    namespace_is_stated,
    labels_are_complete,
    no_placeholder_is_left,
    disruption_is_bounded,
    network_is_closed,
    roads_lead_somewhere,
)
