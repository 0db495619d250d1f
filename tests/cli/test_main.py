"""The command line: what it offers where, and the documents it prints."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from cli.documents import asyncapi_document, openapi_of
from cli.main import create_app
from cli.suite.database import SERVICES
from shared.contracts import EVENTS
from shared.settings import REPOSITORY


def test_a_checkout_offers_every_command() -> None:
    shown = CliRunner().invoke(create_app(), ["--help"]).output

    for command in ("demo", "up", "test", "check", "bench", "serve", "migrate", "openapi", "policy"):
        assert command in shown


def test_the_image_runs_without_the_simulator_and_offers_no_workbench(tmp_path: Path) -> None:
    for part in ("cli", "services", "shared", "policy"):
        shutil.copytree(REPOSITORY / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))

    done = subprocess.run(
        [sys.executable, "-P", "-m", "cli", "--help"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path), "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "serve" in done.stdout
    assert "migrate" in done.stdout
    assert "demo" not in done.stdout


@pytest.mark.parametrize("service", SERVICES)
def test_an_openapi_document_is_3_1_and_refers_only_to_what_it_holds(service: str) -> None:
    document: dict[str, Any] = openapi_of(service)

    assert document["openapi"].startswith("3.1")
    assert all(_resolves(reference, document) for reference in _references(document))
    assert "Problem" in document["components"]["schemas"]
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_has_a_name_of_its_own_and_a_title_in_both_languages(service: str) -> None:
    paths: dict[str, Any] = openapi_of(service)["paths"]  # type: ignore[assignment]  # JSON
    operations = [each for path in paths.values() for each in path.values()]

    names = [each["operationId"] for each in operations]
    assert len(set(names)) == len(names)
    assert all("·" in each["summary"] for each in operations)


def test_the_asyncapi_document_shows_every_topic_with_who_sends_and_who_receives_it() -> None:
    document = asyncapi_document()

    assert document["asyncapi"] == "3.0.0"
    assert set(document["channels"]) == set(EVENTS)
    assert all(_resolves(reference, document) for reference in _references(document))
    actions = {(each["action"], each["channel"]["$ref"]) for each in document["operations"].values()}
    for topic in EVENTS:
        assert {("send", f"#/channels/{topic}"), ("receive", f"#/channels/{topic}")} <= actions


def test_the_topology_names_every_queue_with_its_dead_letters() -> None:
    printed = CliRunner().invoke(create_app(), ["topology", "--json"]).stdout

    queues = {each["queue"] for each in json.loads(printed)["queues"]}
    named = {f"njt.{service}.events" for service in SERVICES}
    named |= {f"njt.province.{service}" for service in SERVICES}
    assert queues == named | {f"{name}.dead" for name in named}


def _references(part: object) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [found for value in part.values() for found in _references(value)]
    if isinstance(part, list):
        return [found for value in part for found in _references(value)]
    return []


def _resolves(reference: str, document: dict[str, Any]) -> bool:
    found: Any = document
    for name in reference.removeprefix("#/").split("/"):
        if not isinstance(found, dict) or name not in found:
            return False
        found = found[name]
    return True
