"""Network policies let through what is needed: read as a network that enforces them does, for each connection that the documents promise."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import yaml
from workloads import Manifest, configuration, container_of, label_of, of_kind, variables, workloads

HEALTH, API = 9090, 8080
# behind the address of the Service, which has 443, and where most clusters have it
API_SERVER = 6443
WITH_STORE = ("ingestor", "sink-minio", "indexer", "csv-profile", "trends")
USUAL = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Pod:
    name: str
    labels: dict[str, str]
    namespace: str = "dsf"
    ports: tuple[tuple[str, int], ...] = ()


# whoever has the label may come from anywhere: Airflow, say
CALLER = Pod("a pod with dsf.io/calls: ingestor", {"dsf.io/calls": "ingestor"}, "airflow")
PROMETHEUS = Pod("a pod of the namespace monitoring", {}, "monitoring")


def problems_of_network(manifests: list[Manifest]) -> Iterator[str]:
    policies = of_kind(manifests, "NetworkPolicy")
    if not policies:
        return
    for source, target, port in _connections(manifests):
        for side, pod, other in (("Egress", source, target), ("Ingress", target, source)):
            # a server is nobody's pod, and neither are those who come from other namespaces
            if (
                isinstance(pod, Pod)
                and pod.namespace == "dsf"
                and not _allows(policies, side, pod, other, port)
            ):
                ends = [one.name if isinstance(one, Pod) else one for one in (source, target)]
                yield f"no network policy lets {ends[0]} come to {ends[1]} on {port} ({side.lower()})"


Connection = tuple[Pod, Pod | str, int]


def _connections(manifests: list[Manifest]) -> Iterator[Connection]:
    executors = list(_executors(manifests))
    for workload in workloads(manifests):
        pod = _pod(workload)
        yield CALLER, pod, HEALTH
        yield PROMETHEUS, pod, HEALTH
        if pod.name == "ingestor":
            yield CALLER, pod, API
        servers = list(_servers(pod.name, variables(workload, manifests)))
        yield from ((pod, name, port) for name, port in servers)
        if label_of(workload, "component") == "job":
            for executor, ports in executors:
                yield from _of_executor(pod, executor, ports)
                yield from ((executor, name, port) for name, port in servers)


def _of_executor(driver: Pod, executor: Pod, ports: dict[str, int]) -> Iterator[Connection]:
    yield driver, "the API server", API_SERVER
    yield executor, driver, ports["spark.driver.port"]
    yield executor, driver, ports["spark.driver.blockManager.port"]
    for one in (driver, executor):
        yield one, executor, ports["spark.blockManager.port"]


def _executors(manifests: list[Manifest]) -> Iterator[tuple[Pod, dict[str, int]]]:
    """Of the component spark-executors: a template, and the ports that Spark is told."""
    for data in configuration(manifests).values():
        if "executor.yaml" in data:
            labels = yaml.safe_load(data["executor.yaml"])["metadata"]["labels"]
            told = dict(
                line.split("=", 1) for line in data["kubernetes.properties"].splitlines() if "=" in line
            )
            ports = {name: int(value) for name, value in told.items() if name.lower().endswith("port")}
            yield Pod("an executor", labels), ports


def _pod(workload: Manifest) -> Pod:
    ports = tuple((port["name"], port["containerPort"]) for port in container_of(workload)["ports"])
    labels = workload["spec"]["template"]["metadata"]["labels"]
    return Pod(workload["metadata"]["name"], labels, ports=ports)


def _servers(name: str, told: dict[str, str]) -> Iterator[tuple[str, int]]:
    yield "DNS", 53
    urls = ["SCHEMA_REGISTRY_URL"]
    urls += ["S3_ENDPOINT"] if name in WITH_STORE else []
    urls += ["ELASTICSEARCH_URL"] if name == "indexer" else []
    for broker in filter(None, told.get("KAFKA_BROKERS", "").split(",")):
        yield "KAFKA_BROKERS", int(broker.rpartition(":")[2])
    for variable in urls:
        if url := told.get(variable):
            parts = urlsplit(url)
            yield variable, parts.port or USUAL[parts.scheme]


def _allows(policies: list[Manifest], side: str, pod: Pod, other: Pod | str, port: int) -> bool:
    """A pod that no policy selects is open; else one of the policies that do must let it through."""
    selecting = [
        one["spec"]
        for one in policies
        if side in one["spec"]["policyTypes"] and _selects(one["spec"]["podSelector"], pod.labels)
    ]
    target = pod if side == "Ingress" else other
    return not selecting or any(
        _has_port(rule, target, port) and _has_peer(rule.get("from" if side == "Ingress" else "to"), other)
        for spec in selecting
        for rule in spec.get(side.lower(), [])
    )


def _has_port(rule: Manifest, target: Pod | str, port: int) -> bool:
    named = dict(target.ports) if isinstance(target, Pod) else {}
    return "ports" not in rule or any(named.get(one["port"], one["port"]) == port for one in rule["ports"])


def _has_peer(peers: list[Manifest] | None, other: Pod | str) -> bool:
    return peers is None or any(_is_peer(peer, other) for peer in peers)


def _is_peer(peer: Manifest, other: Pod | str) -> bool:
    if not isinstance(other, Pod):
        return peer.get("ipBlock", {}).get("cidr") == "0.0.0.0/0"
    namespace = {"kubernetes.io/metadata.name": other.namespace}
    return (
        "ipBlock" not in peer
        and _selects(
            peer.get("namespaceSelector", {"matchLabels": {"kubernetes.io/metadata.name": "dsf"}}), namespace
        )
        and _selects(peer.get("podSelector", {}), other.labels)
    )


def _selects(selector: Manifest, labels: dict[str, str]) -> bool:
    return selector.get("matchLabels", {}).items() <= labels.items() and all(
        one["operator"] == "In" and labels.get(one["key"]) in one["values"]
        for one in selector.get("matchExpressions", [])
    )
