"""Each rule on manifests catches each way of breaking it."""

from collections.abc import Callable
from copy import deepcopy

import pytest

from cli.check.manifest_rules import RULES
from tests.deploy.manifests import Manifests, main, pick, pod, without

Break = Callable[[Manifests], object]
PARTS = ("database", "process", "api", "worker", "objects")

BREAKS: dict[str, tuple[Break, str]] = {
    "no limits": (lambda m: main(m)["resources"].pop("limits"), "no limits for cpu, memory"),
    "no memory request": (
        lambda m: main(m)["resources"]["requests"].pop("memory"),
        "no requests for memory",
    ),
    "init container without limits": (
        lambda m: pod(m)["initContainers"][0].pop("resources"),
        "filing-api/await-migration: no limits",
    ),
    "no startup probe": (lambda m: main(m).pop("startupProbe"), "no startupProbe"),
    "no liveness probe": (lambda m: main(m).pop("livenessProbe"), "no livenessProbe"),
    "no readiness probe": (lambda m: main(m).pop("readinessProbe"), "no readinessProbe"),
    "root allowed": (lambda m: pod(m)["securityContext"].pop("runAsNonRoot"), "may run as root"),
    "root asked for": (lambda m: main(m)["securityContext"].update(runAsUser=0), "may run as root"),
    "writable root": (
        lambda m: main(m)["securityContext"].pop("readOnlyRootFilesystem"),
        "root file system can be written",
    ),
    "capabilities kept": (lambda m: main(m)["securityContext"].pop("capabilities"), "keeps capabilities"),
    "capability added": (
        lambda m: main(m)["securityContext"]["capabilities"].update(add=["NET_RAW"]),
        "keeps capabilities",
    ),
    "privileges gained": (
        lambda m: main(m)["securityContext"].pop("allowPrivilegeEscalation"),
        "may gain privileges",
    ),
    "seccomp off": (
        lambda m: pod(m)["securityContext"].update(seccompProfile={"type": "Unconfined"}),
        "seccomp profile is not RuntimeDefault",
    ),
    "token mounted": (lambda m: pod(m).pop("automountServiceAccountToken"), "mounts the cluster's token"),
    "account missing": (
        lambda m: without(m, "ServiceAccount", "filing"),
        "has no service account of its own",
    ),
    "latest": (
        lambda m: main(m).update(image="ningjitong:latest"),
        "image ningjitong:latest names no release",
    ),
    "no tag": (lambda m: main(m).update(image="registry:5000/ningjitong"), "names no release"),
    "another image": (lambda m: main(m).update(image="ningjitong:0.0.9"), "several images"),
    "job without release": (
        lambda m: pick(m, "Job", "filing-migrate")["metadata"].update(name="filing-migrate"),
        "its name does not end in the release",
    ),
    "password in a variable": (
        lambda m: main(m)["env"].append({"name": "BROKER_PASSWORD", "value": "x"}),
        "BROKER_PASSWORD is written down",
    ),
    "password in an address": (
        lambda m: main(m)["env"].append({"name": "PEER", "value": "amqp://u:p@host"}),
        "PEER is written down",
    ),
    "database address": (
        lambda m: main(m)["env"].insert(0, {"name": "NJT_DATABASE__URL", "value": "x"}),
        "NJT_DATABASE__URL is written down",
    ),
    "secret in the tree": (
        lambda m: m.append(
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {**pick(m, "Service", "filing-api")["metadata"], "name": "filing-database"},
            }
        ),
        "secrets are made by the operator",
    ),
    "secret in settings": (
        lambda m: pick(m, "ConfigMap", "settings")["data"].update(url="amqp://u:p@host"),
        "url holds a secret",
    ),
    "every key taken": (
        lambda m: main(m).update(envFrom=[{"secretRef": {"name": "filing-bus"}}]),
        "envFrom takes every key",
    ),
    "unknown key": (
        lambda m: pick(m, "ConfigMap", "settings")["data"].pop("issuer"),
        "NJT_IDENTITY__ISSUER wants issuer",
    ),
    "nameless secret": (
        lambda m: main(m)["env"].append({"name": "X", "valueFrom": {"secretKeyRef": {"key": "url"}}}),
        "X does not say which Secret",
    ),
    "whole secret mounted": (
        lambda m: pod(m)["volumes"][0]["secret"].pop("items"),
        "volume province-keys takes every key",
    ),
    "job with generated settings": (
        lambda m: main(m, "filing-migrate", "Job")["env"].append(main(m)["env"][0]),
        "a Job cannot be changed",
    ),
    "default namespace": (
        lambda m: pick(m, "Service", "filing-api")["metadata"].update(namespace="default"),
        "Service/filing-api: is in the default namespace",
    ),
    "no namespace": (
        lambda m: pick(m, "Ingress", "filing-api")["metadata"].pop("namespace"),
        "Ingress/filing-api: is in the default namespace",
    ),
    "object without label": (
        lambda m: pick(m, "Service", "filing-api")["metadata"]["labels"].pop("app.kubernetes.io/part-of"),
        "Service/filing-api: no label app.kubernetes.io/part-of",
    ),
    "pod without version": (
        lambda m: pick(m, "Deployment", "filing-api")["spec"]["template"]["metadata"]["labels"].pop(
            "app.kubernetes.io/version"
        ),
        "its pods have no label app.kubernetes.io/version",
    ),
    "placeholder left": (
        lambda m: main(m)["args"].__setitem__(1, "SERVICE"),
        "Deployment/filing-api: SERVICE was not replaced",
    ),
    "no budget": (
        lambda m: without(m, "PodDisruptionBudget", "filing-api"),
        "Deployment/filing-api: no PodDisruptionBudget selects it",
    ),
    "no default deny": (
        lambda m: without(m, "NetworkPolicy", "default-deny"),
        "no NetworkPolicy denies by default",
    ),
    "no policy of its own": (
        lambda m: without(m, "NetworkPolicy", *(f"filing-{it}" for it in PARTS)),
        "Deployment/filing-api: no NetworkPolicy of its own selects it",
    ),
    "service without pods": (
        lambda m: pick(m, "Service", "filing-api")["spec"]["selector"].update(app="other"),
        "Service/filing-api: selects no pod",
    ),
    "road to nowhere": (
        lambda m: without(m, "Service", "filing-api"),
        "Ingress/filing-api: /filing leads to no Service",
    ),
}


@pytest.mark.parametrize(("break_it", "words"), BREAKS.values(), ids=BREAKS.keys())
def test_a_broken_manifest_is_caught(break_it: Break, words: str, production: Manifests) -> None:
    break_it(production)
    assert any(words in fault for rule in RULES for fault in rule(production))


def test_every_rule_is_broken_by_one_of_the_samples(production: Manifests) -> None:
    broken = set()
    for break_it, _ in BREAKS.values():
        sample = deepcopy(production)
        break_it(sample)
        broken |= {rule for rule in RULES if any(rule(sample))}
    assert broken == set(RULES)


def test_an_image_named_by_its_digest_needs_no_tag(production: Manifests) -> None:
    digest = f"registry:5000/ningjitong@sha256:{'0' * 64}"
    for spec in (it["spec"]["template"]["spec"] for it in production if "template" in it.get("spec", {})):
        for container in (*spec["containers"], *spec.get("initContainers", ())):
            container["image"] = digest
    assert [fault for rule in RULES for fault in rule(production)] == []
