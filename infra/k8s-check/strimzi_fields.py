"""
The fields of Strimzi's topics and users that are written here, by its documentation (https://strimzi.io/docs/operators/latest/configuring),
as JSON schemas. A field that is none of these is refused: it is a slip, or belongs here. With CRDS, Strimzi's own definitions hold instead.
"""

from typing import Any

Schema = dict[str, Any]
VERSION = "kafka.strimzi.io/v1"

_text: Schema = {"type": "string", "minLength": 1}
_count: Schema = {"type": "integer", "minimum": 1}


def _object(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def _resource(kind: str, spec: Schema) -> Schema:
    names = {"type": "object", "additionalProperties": _text}
    metadata = _object({"name": _text, "labels": names}, {"namespace": _text, "annotations": names})
    return _object(
        {"apiVersion": {"const": VERSION}, "kind": {"const": kind}, "metadata": metadata, "spec": spec}
    )


_topic = _object(
    {"partitions": _count, "replicas": _count},
    {
        "topicName": _text,
        "config": {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}},
    },
)

_key = _object({"name": _text, "key": _text})
_scram = _object(
    {"type": {"const": "scram-sha-512"}},
    {"password": _object({"valueFrom": _object({"secretKeyRef": _key})})},
)

_named = _object(
    {"type": {"enum": ["topic", "group", "transactionalId"]}, "name": _text},
    {"patternType": {"enum": ["literal", "prefix"]}},
)
_operations = [
    *("Read", "Write", "Create", "Delete", "Alter", "Describe"),
    *("ClusterAction", "AlterConfigs", "DescribeConfigs", "IdempotentWrite", "All"),
]
_acl = _object(
    {
        "resource": {"anyOf": [_named, _object({"type": {"const": "cluster"}})]},
        "operations": {"type": "array", "minItems": 1, "items": {"enum": _operations}},
    },
    {"type": {"enum": ["allow", "deny"]}, "host": _text},
)
_authorization = _object({"type": {"const": "simple"}, "acls": {"type": "array", "items": _acl}})

FIELDS = {
    (VERSION, "KafkaTopic"): _resource("KafkaTopic", _topic),
    (VERSION, "KafkaUser"): _resource(
        "KafkaUser", _object({"authentication": _scram, "authorization": _authorization})
    ),
}
