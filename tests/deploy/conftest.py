"""The overlays, built once, and a copy of the production one that a test may break."""

from copy import deepcopy

import pytest

from cli.check import REPOSITORY
from cli.check.manifests import OVERLAYS, build
from tests.deploy.manifests import Manifests


@pytest.fixture(scope="session")
def built() -> dict[str, Manifests]:
    return {it: build(REPOSITORY / "deploy" / "k8s" / "overlays" / it) for it in OVERLAYS}


@pytest.fixture
def production(built: dict[str, Manifests]) -> Manifests:
    return deepcopy(built["production"])
