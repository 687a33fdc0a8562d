"""
Makes users and gives them exactly the rights that they shall have: `grant.py kafka|minio`, told on stdin as JSON, see grants.ts.

Rights that are not named are taken; what is as it should be already is left alone.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import urllib3
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from minio import MinioAdmin
from minio.credentials import StaticProvider

PATIENCE = 30.0  # seconds for each answer
SCRAM = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)

RESOURCES = {
    "topic": ResourceType.TOPIC,
    "group": ResourceType.GROUP,
    "transactional-id": ResourceType.TRANSACTIONAL_ID,
}
PATTERNS = {"literal": ResourcePatternType.LITERAL, "prefixed": ResourcePatternType.PREFIXED}
OPERATIONS = {
    "Read": AclOperation.READ,
    "Write": AclOperation.WRITE,
    "Describe": AclOperation.DESCRIBE,
    "DescribeConfigs": AclOperation.DESCRIBE_CONFIGS,
    "Create": AclOperation.CREATE,
    "Delete": AclOperation.DELETE,
}


def secret(file: str) -> str:
    return Path(file).read_text(encoding="utf-8").strip()


def grant_kafka(wanted: dict[str, Any]) -> None:
    admin = AdminClient(
        {
            "bootstrap.servers": wanted["brokers"],
            "security.protocol": "SSL",
            "ssl.ca.location": wanted["ca"],
            "ssl.certificate.location": wanted["cert"],
            "ssl.key.location": wanted["key"],
            "log_level": 0,
        }
    )
    users = [
        UserScramCredentialUpsertion(name, SCRAM, secret(file).encode())
        for name, file in wanted["users"].items()
    ]
    settle(admin.alter_user_scram_credentials(users, request_timeout=PATIENCE))
    shall = {binding(acl) for acl in wanted["acls"]}
    # the operator's own are not ours to judge: super users need none
    found = set(admin.describe_acls(everything(), request_timeout=PATIENCE).result())
    settle(admin.create_acls(list(shall - found), request_timeout=PATIENCE) if shall - found else {})
    taken = [exactly(acl) for acl in found - shall]
    settle(admin.delete_acls(taken, request_timeout=PATIENCE) if taken else {})


def settle(futures: dict[Any, Any]) -> None:
    for future in futures.values():
        future.result()


def binding(acl: dict[str, str]) -> AclBinding:
    return AclBinding(
        RESOURCES[acl["resource"]],
        acl["name"],
        PATTERNS[acl["pattern"]],
        acl["principal"],
        "*",
        OPERATIONS[acl["operation"]],
        AclPermissionType.ALLOW,
    )


def everything() -> AclBindingFilter:
    return AclBindingFilter(
        ResourceType.ANY, None, ResourcePatternType.ANY, None, None, AclOperation.ANY, AclPermissionType.ANY
    )


def exactly(acl: AclBinding) -> AclBindingFilter:
    return AclBindingFilter(
        acl.restype,
        acl.name,
        acl.resource_pattern_type,
        acl.principal,
        acl.host,
        acl.operation,
        acl.permission_type,
    )


def grant_minio(wanted: dict[str, Any]) -> None:
    own = wanted["admin"]
    admin = MinioAdmin(
        endpoint=wanted["endpoint"],
        credentials=StaticProvider(secret(own["access"]), secret(own["secret"])),
        region="us-east-1",
        http_client=urllib3.PoolManager(ca_certs=wanted["ca"], timeout=PATIENCE),
    )
    for user in wanted["users"]:
        access = secret(user["access"])
        admin.user_add(access, secret(user["secret"]))
        admin.policy_add(user["name"], policy=user["policy"])
        admin.policy_set(user["name"], user=access)


if __name__ == "__main__":
    try:
        {"kafka": grant_kafka, "minio": grant_minio}[sys.argv[1]](json.load(sys.stdin))
    except Exception as error:
        sys.exit(str(error))
