"""The manifest for Kubernetes says what the code understands; nothing here asks a cluster."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

pytest.importorskip("isoglot.scale.cluster", reason="needs the extra scale: Ray is not installed", exc_type=ImportError)

from isoglot.scale.serving.application import Serving

MANIFEST = Path(__file__).resolve().parents[2] / "deploy" / "kuberay.yaml"


@pytest.fixture(scope="module")
def claim_and_service() -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(MANIFEST.read_text(encoding="utf-8")))


def test_it_is_a_service_of_kuberay_with_a_shared_volume(claim_and_service: list[dict[str, Any]]) -> None:
    claim, service = claim_and_service
    assert (claim["kind"], claim["spec"]["accessModes"]) == ("PersistentVolumeClaim", ["ReadWriteMany"])
    assert (service["apiVersion"], service["kind"]) == ("ray.io/v1", "RayService")
    cluster = service["spec"]["rayClusterConfig"]
    pods = [group["template"]["spec"] for group in (cluster["headGroupSpec"], *cluster["workerGroupSpecs"])]
    for pod in pods:
        (container,) = pod["containers"]
        assert container["image"] == "<image>"
        assert {variable["name"] for variable in container["env"]} >= {"ISOGLOT_HOME", "ISOGLOT_TOKEN"}
        assert container["volumeMounts"] == [{"name": "shared", "mountPath": "/shared"}]
        assert pod["volumes"][0]["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
        assert container["resources"]["requests"] == container["resources"]["limits"]
    assert all(isinstance(value, str) for value in cluster["headGroupSpec"]["rayStartParams"].values())


def test_its_application_can_be_built_and_fits(claim_and_service: list[dict[str, Any]]) -> None:
    spec = claim_and_service[1]["spec"]
    (told,) = yaml.safe_load(spec["serveConfigV2"])["applications"]
    module, _, name = told["import_path"].partition(":")
    assert callable(getattr(import_module(module), name))
    serving = Serving.model_validate(told["args"])
    workers = spec["rayClusterConfig"]["workerGroupSpecs"][0]
    processors = int(workers["template"]["spec"]["containers"][0]["resources"]["limits"]["cpu"])
    assert serving.shards * serving.replicas + serving.fronts <= workers["minReplicas"] * processors
