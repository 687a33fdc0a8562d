"""What comes out of k8s/ is right by Kubernetes' own schemas, strictly, by the rules that hold for everything of ours, and by those of together.py."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import kubernetes_validate
import strimzi_fields
import yaml
from together import problems_of_users, problems_together
from workloads import Manifest

KUBERNETES = "1.34"
# service accounts that have rights to ask the API server, and so need a token
ASKING = ("csv-profile", "trends")

# their definitions are in no package: the operators refuse what is wrong. CRDS names a folder with some, as their repositories have them
ELSEWHERE = {
    "keda.sh/v1alpha1": ("ScaledObject", "TriggerAuthentication"),
    "monitoring.coreos.com/v1": ("PodMonitor", "PrometheusRule"),
    "kafka.strimzi.io/v1": ("Kafka", "KafkaNodePool"),
    "elasticsearch.k8s.elastic.co/v1": ("Elasticsearch",),
    "kibana.k8s.elastic.co/v1": ("Kibana",),
}


def _custom_schemas() -> dict[tuple[str, str], Manifest]:
    """Of custom resources, by apiVersion and kind: as definitions in the folder CRDS say, strict like Kubernetes' own, or by our own list."""
    found = dict(strimzi_fields.FIELDS)
    folder = os.environ.get("CRDS")
    for file in sorted(Path(folder).glob("*.yaml")) if folder else ():
        spec = yaml.safe_load(file.read_text())["spec"]
        for version in spec["versions"]:
            key = (f"{spec['group']}/{version['name']}", spec["names"]["kind"])
            found[key] = _strict(version["schema"]["openAPIV3Schema"])
    return found


def _strict(schema: Manifest) -> Manifest:
    """Takes no property that is not named, unless the definition leaves them open."""
    properties = {name: _strict(one) for name, one in schema.get("properties", {}).items()}
    is_open = (
        not properties
        or "additionalProperties" in schema
        or schema.get("x-kubernetes-preserve-unknown-fields")
    )
    return {
        **schema,
        **({"properties": properties} if properties else {}),
        **({"items": _strict(schema["items"])} if "items" in schema else {}),
        **({} if is_open else {"additionalProperties": False}),
    }


SCHEMAS = _custom_schemas()


def problems_of(manifest: Manifest) -> Iterator[str]:
    yield from _by_schema(manifest)
    pod = pod_of(manifest)
    if pod:
        yield from _by_rules(pod, is_asked=manifest["kind"] in ("Deployment", "StatefulSet"))
        if _is_stage(manifest):
            yield from _as_a_stage(pod)


def pod_of(manifest: Manifest) -> Manifest | None:
    spec = manifest.get("spec", {})
    if manifest["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    elif manifest["kind"] not in ("Deployment", "StatefulSet", "Job"):
        return None
    return spec["template"]["spec"]


def _by_schema(manifest: Manifest) -> Iterator[str]:
    own = SCHEMAS.get((manifest["apiVersion"], manifest["kind"]))
    if own:
        for error in jsonschema.Draft202012Validator(own).iter_errors(manifest):
            yield f"{'.'.join(map(str, error.path))}: {error.message}"
        return
    if manifest["kind"] in ELSEWHERE.get(manifest["apiVersion"], ()):
        return
    try:
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)
    except kubernetes_validate.ValidationError as error:
        yield f"{'.'.join(map(str, error.path))}: {error.message}"


def _by_rules(pod: Manifest, is_asked: bool) -> Iterator[str]:
    """Pod Security "restricted", and what it does not ask for. Who serves nobody needs no probe."""
    security = pod.get("securityContext", {})
    if not security.get("runAsNonRoot") or not security.get("runAsUser"):
        yield "the pod may run as root: expected runAsNonRoot and runAsUser"
    if security.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield "expected seccompProfile RuntimeDefault"
    if pod.get("automountServiceAccountToken") is not False and pod.get("serviceAccountName") not in ASKING:
        yield "expected automountServiceAccountToken: false"
    if pod.get("enableServiceLinks") is not False:
        yield "expected enableServiceLinks: false, or each Service is variables"
    for container in pod["containers"]:
        problems = [*_of_container(container), *(_of_server(container) if is_asked else ())]
        yield from (f"container {container['name']}: {problem}" for problem in problems)


def _of_container(container: Manifest) -> Iterator[str]:
    security = container.get("securityContext", {})
    if security.get("allowPrivilegeEscalation") is not False:
        yield "expected allowPrivilegeEscalation: false"
    if not security.get("readOnlyRootFilesystem"):
        yield "expected readOnlyRootFilesystem: true"
    if security.get("capabilities", {}).get("drop") != ["ALL"]:
        yield "expected all capabilities to be dropped"
    names = [one["name"] for one in container.get("env", [])]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        yield f"has {', '.join(twice)} twice, which a server that applies it refuses"
    resources = container.get("resources", {})
    if not {"cpu", "memory"} <= resources.get("requests", {}).keys() or "memory" not in resources.get(
        "limits", {}
    ):
        yield "expected requests of cpu and memory, and a limit of memory"


def _of_server(container: Manifest) -> Iterator[str]:
    if "readinessProbe" not in container:
        yield "expected a readinessProbe"


def _is_stage(manifest: Manifest) -> bool:
    labels = manifest["metadata"].get("labels", {})
    return manifest["kind"] == "Deployment" and labels.get("app.kubernetes.io/component") == "stage"


def _as_a_stage(pod: Manifest) -> Iterator[str]:
    stage = pod["containers"][0]
    for probe, path in (("startupProbe", "live"), ("livenessProbe", "live"), ("readinessProbe", "ready")):
        found = stage.get(probe, {}).get("httpGet")
        if found != {"path": f"/health/{path}", "port": "health"}:
            yield f"{probe} is {found}, expected /health/{path} on the port health"
    # libs/stage/src/run-stage.ts ends a stage after 25 s at the latest
    before = stage["lifecycle"]["preStop"]["sleep"]["seconds"]
    if pod["terminationGracePeriodSeconds"] < before + 25 + 5:
        yield "terminationGracePeriodSeconds leaves no 25 s for open transactions"
    if not any(volume["name"] == "datasets" for volume in pod["volumes"]):
        yield "has no volume of datasets"


def _unlike_the_indexer(manifests: list[Manifest]) -> Iterator[str]:
    """What reindexes is the indexer, once: what a component gives one of them, the other must have."""
    pods = {
        one["metadata"]["name"]: pod_of(one) for one in manifests if one["kind"] in ("Deployment", "CronJob")
    }
    indexer, reindex = pods.get("indexer"), pods.get("reindex")
    if not indexer or not reindex:
        return
    for name in ("serviceAccountName", "volumes"):
        if indexer.get(name) != reindex.get(name):
            yield f"{name} is not the indexer's: list the component reindex behind all others"
    for name in ("image", "env", "envFrom", "volumeMounts"):
        if indexer["containers"][0].get(name) != reindex["containers"][0].get(name):
            yield f"{name} is not the indexer's: list the component reindex behind all others"


def check(files: list[str]) -> int:
    rendered = {
        Path(file).name.split(".")[0]: list(yaml.safe_load_all(Path(file).read_text())) for file in files
    }
    wrong = list(problems_of_users(rendered))
    for origin, manifests in rendered.items():
        wrong += [
            f"{origin}: {one['kind']} {one['metadata']['name']}: {problem}"
            for one in manifests
            for problem in problems_of(one)
        ]
        wrong += [f"{origin}: {problem}" for problem in problems_together(manifests)]
        wrong += [f"{origin}: CronJob reindex: {problem}" for problem in _unlike_the_indexer(manifests)]
    count = sum(map(len, rendered.values()))
    print("\n".join(wrong) if wrong else f"{count} manifests of {len(files)} kustomizations are right")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(check(sys.argv[1:]))
