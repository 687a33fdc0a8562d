"""What must hold between the manifests of one kustomization: they are applied together, and each finds what it names."""

from collections.abc import Iterator
from typing import Any

import yaml
from network import problems_of_network
from workloads import Manifest, configuration, container_of, label_of, of_kind, pod_of, variables, workloads

# who comes to servers: some of them must not ask for less than the others
ALIKE = ("KAFKA_SECURITY_PROTOCOL", "SCHEMA_REGISTRY_PASSWORD_FILE")
STORES = ("ingestor", "sink-minio", "indexer", "csv-profile", "trends")


def problems_together(manifests: list[Manifest]) -> Iterator[str]:
    yield from _of_references(manifests)
    yield from _of_scaling(manifests)
    yield from _of_identity(manifests)
    yield from _of_health(manifests)
    yield from _of_executors(manifests)
    yield from problems_of_network(manifests)


def _of_references(manifests: list[Manifest]) -> Iterator[str]:
    """A pod whose ConfigMap, one of its keys, or whose account is not there never starts."""
    maps = configuration(manifests)
    accounts = {one["metadata"]["name"] for one in of_kind(manifests, "ServiceAccount")}
    for workload in of_kind(manifests, "Deployment", "StatefulSet", "Job"):
        name = f"{workload['kind']} {workload['metadata']['name']}"
        pod = pod_of(workload)
        for wanted, keys in _wanted(pod):
            if wanted not in maps:
                yield f"{name}: there is no ConfigMap {wanted}: an overlay has to bring it"
            elif missing := [key for key in keys if key not in maps[wanted]]:
                yield f"{name}: the ConfigMap {wanted} has no {', '.join(missing)}"
        account = pod.get("serviceAccountName", "default")
        if account != "default" and account not in accounts:
            yield f"{name}: there is no ServiceAccount {account}"


def _wanted(pod: Manifest) -> Iterator[tuple[str, list[str]]]:
    """Names of ConfigMaps that must be there, each with the keys that it must have."""
    for volume in pod.get("volumes", []):
        source = volume.get("configMap")
        if source and not source.get("optional"):
            yield source["name"], [item["key"] for item in source.get("items", [])]
    for container in [*pod.get("initContainers", []), *pod["containers"]]:
        for source in container.get("envFrom", []):
            named = source.get("configMapRef")
            if named and not named.get("optional"):
                yield named["name"], []
        for variable in container.get("env", []):
            named = variable.get("valueFrom", {}).get("configMapKeyRef")
            if named and not named.get("optional"):
                yield named["name"], [named["key"]]


def _of_scaling(manifests: list[Manifest]) -> Iterator[str]:
    """Each apply would undo what the autoscaler did; and no stage has fewer pods because it has one."""
    for one in of_kind(manifests, "ScaledObject"):
        if one["spec"].get("minReplicaCount", 0) < 2:
            yield f"the ScaledObject {one['metadata']['name']} may scale below two pods: expected minReplicaCount: 2"
    scaled = {
        one["spec"]["scaleTargetRef"]["name"]
        for one in of_kind(manifests, "ScaledObject", "HorizontalPodAutoscaler")
    }
    for workload in workloads(manifests):
        if workload["metadata"]["name"] in scaled and "replicas" in workload["spec"]:
            yield (
                f"{workload['metadata']['name']} has {workload['spec']['replicas']} replicas and an autoscaler: "
                "leave its count out of the overlay, put autoscaling behind two-pods, and name it in the patch of autoscaling"
            )


def _of_identity(manifests: list[Manifest]) -> Iterator[str]:
    told = {one["metadata"]["name"]: variables(one, manifests) for one in workloads(manifests)}
    stores = {name: one for name, one in told.items() if name in STORES}
    for variable, asking in [*((name, told) for name in ALIKE), ("S3_ACCESS_KEY_FILE", stores)]:
        having = [name for name, one in asking.items() if variable in one]
        lacking = [name for name, one in asking.items() if variable not in one]
        if having and lacking:
            yield f"{variable} is set for {', '.join(having)} and not for {', '.join(lacking)}: spark-jobs stands before the others"


def _of_health(manifests: list[Manifest]) -> Iterator[str]:
    """Airflow and people ask each by its Service."""
    services = of_kind(manifests, "Service")
    for workload in workloads(manifests):
        labels = workload["spec"]["template"]["metadata"]["labels"]
        found = [
            port
            for service in services
            if service["spec"].get("selector", {}).items() <= labels.items()
            for port in service["spec"]["ports"]
            if port.get("targetPort") == "health"
        ]
        if [port["port"] for port in found] != [9090]:
            yield f"{workload['metadata']['name']} has no Service with its health on 9090"


def _of_executors(manifests: list[Manifest]) -> Iterator[str]:
    for workload in workloads(manifests):
        image = container_of(workload)["image"]
        other = variables(workload, manifests).get("SPARK_IMAGE")
        if other and other != image:
            yield f"{workload['metadata']['name']} runs {image}, but its executors would run SPARK_IMAGE {other}"


def problems_of_users(kustomizations: dict[str, list[Manifest]]) -> Iterator[str]:
    """Whoever signs in to Kafka is a user there: of the overlay's own servers, or else of k8s/strimzi."""
    strimzi = {one["metadata"]["name"] for one in of_kind(kustomizations["strimzi"], "KafkaUser")}
    for origin, manifests in kustomizations.items():
        users = _own_users(manifests) or strimzi
        for workload in workloads(manifests):
            told = variables(workload, manifests)
            for server in ("KAFKA_SASL", "SCHEMA_REGISTRY"):
                name = told.get(f"{server}_USERNAME")
                if name is not None and name not in users:
                    yield f"{origin}: {label_of(workload, 'name')} signs in as {server}_USERNAME {name}, and the users are {', '.join(sorted(users))}"


def _own_users(manifests: list[Manifest]) -> set[str]:
    grants: Any = configuration(manifests).get("rights", {}).get("kafka.json")
    return set(yaml.safe_load(grants)["users"]) if grants else set()
