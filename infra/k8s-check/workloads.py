"""What is read of manifests by several rules."""

from collections.abc import Iterable
from typing import Any

Manifest = dict[str, Any]

_LABELS = "app.kubernetes.io/"


def of_kind(manifests: Iterable[Manifest], *kinds: str) -> list[Manifest]:
    return [one for one in manifests if one["kind"] in kinds]


def label_of(manifest: Manifest, name: str) -> str | None:
    found: str | None = manifest["metadata"].get("labels", {}).get(_LABELS + name)
    return found


def workloads(manifests: Iterable[Manifest]) -> list[Manifest]:
    """Stages and jobs."""
    return [one for one in of_kind(manifests, "Deployment") if label_of(one, "component") in ("stage", "job")]


def pod_of(workload: Manifest) -> Manifest:
    pod: Manifest = workload["spec"]["template"]["spec"]
    return pod


def container_of(workload: Manifest) -> Manifest:
    container: Manifest = pod_of(workload)["containers"][0]
    return container


def configuration(manifests: Iterable[Manifest]) -> dict[str, dict[str, str]]:
    """The content of each ConfigMap."""
    return {one["metadata"]["name"]: one.get("data", {}) for one in of_kind(manifests, "ConfigMap")}


def variables(workload: Manifest, manifests: Iterable[Manifest]) -> dict[str, str]:
    """Of the first container, as its process will have them."""
    maps = configuration(manifests)
    container = container_of(workload)
    told: dict[str, str] = {}
    for source in container.get("envFrom", []):
        told |= maps.get(source.get("configMapRef", {}).get("name"), {})
    labels = workload["spec"]["template"]["metadata"]["labels"]
    for one in container.get("env", []):
        field = one.get("valueFrom", {}).get("fieldRef", {}).get("fieldPath", "")
        name = field.removeprefix("metadata.labels['").removesuffix("']")
        told[one["name"]] = one.get("value", labels.get(name, ""))
    return told
