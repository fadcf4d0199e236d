"""What is planted into manifests, and what owners may do to them."""

from typing import NamedTuple

EVERYTHING = "production-with-everything"
ONE_POD = "development"


class Fault(NamedTuple):
    """What is changed in a file of deploy/kubernetes, and what is said of it."""

    file: str
    old: str
    new: str
    said: str
    overlay: str = EVERYTHING


DEPLOYMENT = "base/deployment.yaml"
SETTINGS = f"overlays/{EVERYTHING}/config.env"
SCALER = "components/autoscaling/horizontal-pod-autoscaler.yaml"
POLICY = "components/monitoring/network-policy.yaml"
MONITOR = "components/monitoring/service-monitor.yaml"
BACKUP = "components/backup/cron-job.yaml"
WAYS = "base/network-policy.yaml"
KUSTOMIZATION = f"overlays/{EVERYTHING}/kustomization.yaml"
DIGEST = "sha256:" + 64 * "1"
ALLOWED = "tests/allowed.yaml"


def added(one: str, said: str) -> Fault:
    """An object more, written in one line."""
    return Fault(
        "base/service-account.yaml", "apiVersion: v1\n", f"{one}\n---\napiVersion: v1\n", said
    )


def given(variable: str, said: str) -> Fault:
    """A line more in config.env."""
    return Fault(SETTINGS, "A2A_ENVIRONMENT", f"{variable}\nA2A_ENVIRONMENT", said)


def of_pod(field: str, said: str) -> Fault:
    """A field more of the agent's pods."""
    return Fault(
        DEPLOYMENT, "      enableServiceLinks", f"      {field}\n      enableServiceLinks", said
    )


def of_container(field: str, said: str) -> Fault:
    """A field more of the agent's container."""
    return Fault(DEPLOYMENT, "          envFrom:", f"          {field}\n          envFrom:", said)


def annotated(note: str, said: str) -> Fault:
    """An annotation of the agent's Deployment."""
    return Fault(
        DEPLOYMENT, "metadata:\n  name", f"metadata:\n  annotations: {{{note}}}\n  name", said
    )


SELECTORS = {
    "service selects nothing": Fault(
        "base/service.yaml", "component: agent", "component: agnet", "it selects none"
    ),
    "service selects backups": Fault(
        "base/service.yaml",
        "selector: *labels",
        "selector: {app.kubernetes.io/name: everything-agent}",
        "'CronJob everything-agent-backup'",
    ),
    "budget for nobody": Fault(
        "base/pod-disruption-budget.yaml", "component: agent", "component: pod", "it selects none"
    ),
    "policy about nobody": Fault(POLICY, "component: agent", "component: pod", "is about no pods"),
    "spread by other labels": Fault(
        DEPLOYMENT,
        "labelSelector: &pods\n            matchLabels: *labels",
        "labelSelector: &pods\n            matchLabels: {app: agent}",
        "is spread by labels that its pods do not have",
    ),
    "monitor of two services": Fault(
        "components/monitoring/service.yaml",
        "component: monitoring",
        "component: agent",
        "one Service",
    ),
    "monitor by another name": Fault(
        MONITOR, "jobLabel: app.kubernetes.io/name", "jobLabel: app", "the label job is None"
    ),
}
PORTS = {
    "renamed port": Fault(DEPLOYMENT, "name: http,", "name: web,", "leads to port http"),
    "another port": Fault(
        DEPLOYMENT, "containerPort: 8000", "containerPort: 8001", "but A2A_HTTP_PORT is 8000"
    ),
    "probe without port": Fault(
        DEPLOYMENT,
        "path: /readyz, port: ops",
        "path: /readyz, port: opps",
        "readinessProbe asks port opps",
    ),
    "closed ops port": Fault(
        POLICY, "port: ops", "port: http", "no NetworkPolicy lets anybody in at port ops"
    ),
    "all ports open": Fault(
        POLICY,
        "      ports:\n        - {protocol: TCP, port: ops}\n",
        "",
        "opens all ports",
    ),
    "port that nobody needs": Fault(POLICY, "port: ops", "port: 22", "opens port 22"),
    "route to no port": Fault(
        "components/gateway/http-route.yaml", "port: 8000", "port: 80", "leads to port 80"
    ),
    "route to nobody": Fault(
        "components/gateway/http-route.yaml",
        "- name: everything-agent",
        "- name: agent",
        "leads to Service agent, which does not exist",
    ),
    "misspelt route": Fault(
        "components/gateway/grpc-route.yaml", "kind: GRPCRoute", "kind: GPRCRoute", "not to gprc"
    ),
    "another host": Fault(
        KUSTOMIZATION,
        "index: 2",
        "index: 0",
        "has to take calls for agent.example.com",
    ),
    "no way out": Fault(
        SETTINGS,
        "A2A_OTLP_ENDPOINT=",
        "A2A_OTLP_ENDPOINT=http://collector:9999",
        "A2A_OTLP_ENDPOINT is at port 9999",
    ),
}
REFERENCES = {
    "unknown setting": Fault(
        SETTINGS, "A2A_ENVIRONMENT", "A2A_LOG_LEVL=info\nA2A_ENVIRONMENT", "no setting A2A_LOG_LEVL"
    ),
    "open secret": Fault(
        SETTINGS,
        "A2A_ENVIRONMENT",
        "A2A_DATABASE_PASSWORD=word\nA2A_ENVIRONMENT",
        "A2A_DATABASE_PASSWORD is secret",
    ),
    "not in production": Fault(
        SETTINGS, "A2A_ENVIRONMENT=production", "A2A_ENVIRONMENT=development", "has to say so"
    ),
    "missing secret": Fault(
        DEPLOYMENT,
        "secretName: everything-agent",
        "secretName: agent",
        "create secret generic agent",
    ),
    "misspelt key of a secret": Fault(
        "components/backup/cron-job.yaml",
        "key: A2A_DATABASE_PASSWORD",
        "key: A2A_DATABASE_PASWORD",
        "no setting A2A_DATABASE_PASWORD",
    ),
    "missing config map": Fault(
        DEPLOYMENT,
        "configMapRef:\n                name: everything-agent",
        "configMapRef:\n                name: agent",
        "create configmap agent",
    ),
    "missing key of a config map": Fault(
        "components/backup/cron-job.yaml",
        "key: A2A_DATABASE_URL",
        "key: A2A_DATABASE",
        "has no A2A_DATABASE.",
    ),
    "missing account": Fault(
        DEPLOYMENT,
        "serviceAccountName: everything-agent",
        "serviceAccountName: agent",
        "ServiceAccount agent",
    ),
    "missing claim": Fault(
        "components/backup/cron-job.yaml",
        "-backups}",
        "-backup}",
        "PersistentVolumeClaim everything",
    ),
    "missing volume": Fault(
        DEPLOYMENT, "- name: scratch", "- name: scrap", "no volume scratch to mount"
    ),
    "file that is not mounted": Fault(
        "components/mtls/config.env", "/client-ca/", "/ca/", "where nothing is mounted"
    ),
}
SCALE = {
    "budget of nothing": Fault(
        "base/pod-disruption-budget.yaml", "maxUnavailable: 1", "minAvailable: 3", "of 3 replicas 3"
    ),
    "less than the least": Fault(
        SETTINGS, "A2A_REPLICAS=6", "A2A_REPLICAS=2", "more than maxReplicas"
    ),
    "scaler of nothing": Fault(
        SCALER, "name: everything-agent\n  min", "name: agent\n  min", "no Deployment agent"
    ),
    "scaled SQLite": Fault(
        SETTINGS,
        "A2A_DATABASE_URL=postgresql://",
        "A2A_DATABASE_URL=sqlite://",
        "6 replicas need Postgres",
    ),
    "undone by each apply": Fault(
        "components/autoscaling/kustomization.yaml",
        "op: remove,",
        "op: replace, value: 3,",
        "leave out replicas",
    ),
    "untold replicas": Fault(
        "components/autoscaling/kustomization.yaml",
        "data.A2A_REPLICAS",
        "data.A2A_DATABASE_POOL_SIZE",
        "A2A_REPLICAS is 6, but there are up to 10",
    ),
    "untold second pod": Fault(
        DEPLOYMENT, "replicas: 1", "replicas: 2", "up to 2 replicas", ONE_POD
    ),
    "rollout of SQLite": Fault(
        SETTINGS,
        "A2A_DATABASE_URL=postgresql://",
        "A2A_DATABASE_URL=sqlite://",
        "has to be Recreate",
    ),
    "scales on nothing": Fault(SCALER, "a2a_tasks_in_progress", "a2a_turns", "scales on a2a_turns"),
}
PODS = {
    "short grace": Fault(
        DEPLOYMENT,
        "terminationGracePeriodSeconds: 45",
        "terminationGracePeriodSeconds: 44",
        "but needs 45",
    ),
    "no drain": Fault(
        "base/config.env", "DRAIN_DELAY_SECONDS=5", "DRAIN_DELAY_SECONDS=0", "before all nodes know"
    ),
    "no digest": Fault(
        KUSTOMIZATION,
        "digest: sha256:",
        "newTag: v",
        "images by digest",
    ),
    "latest": Fault(
        f"overlays/{ONE_POD}/kustomization.yaml",
        "newTag: main",
        "newTag: latest",
        "no tag that says",
        ONE_POD,
    ),
    "two versions": Fault(
        "components/migration/job.yaml",
        "image: everything-agent",
        "image: registry.example.com/agents/everything-agent:old",
        "Two pods run different versions",
    ),
    "privileges": Fault(
        DEPLOYMENT,
        "allowPrivilegeEscalation: false",
        "privileged: true",
        "must not gain privileges",
    ),
    "root": Fault(DEPLOYMENT, "runAsUser: 10001", "runAsUser: 0", "who is not root"),
    "capabilities": Fault(DEPLOYMENT, "drop: [ALL]", "add: [NET_ADMIN]", "drop all capabilities"),
    "seccomp": Fault(DEPLOYMENT, "type: RuntimeDefault", "type: Unconfined", "seccompProfile"),
    "writable": Fault(
        "components/migration/job.yaml",
        "readOnlyRootFilesystem: true",
        "readOnlyRootFilesystem: false",
        "has to be read-only",
    ),
    "folder of the node": Fault(
        DEPLOYMENT, "emptyDir: {sizeLimit: 64Mi}", "hostPath: {path: /}", "of the kind hostPath"
    ),
    "token": Fault(
        DEPLOYMENT,
        "automountServiceAccountToken: false",
        "automountServiceAccountToken: true",
        "does not talk",
    ),
    "no limit": Fault(DEPLOYMENT, "memory: 512Mi, ", "", "without a limit for memory"),
    "job that cannot be applied again": Fault(
        "components/migration/job.yaml",
        "needsHashSuffix: enabled",
        "needsHashSuffix: disabled",
        "no hash in its name",
    ),
    "open namespace": Fault(
        f"overlays/{EVERYTHING}/namespace.yaml",
        "enforce: restricted",
        "enforce: baseline",
        "to restricted",
    ),
    "another namespace": Fault(
        KUSTOMIZATION,
        "namespace: everything-agent",
        "",
        "has to be in one namespace",
    ),
}
SCHEMAS = {
    "unknown field": Fault(
        DEPLOYMENT, "revisionHistoryLimit", "revisionHistoryLimits", "Kubernetes 1.32 refuses"
    ),
    "wrong type": Fault(
        DEPLOYMENT, "periodSeconds: 2", "periodSeconds: often", "Kubernetes 1.37 refuses"
    ),
    "misspelt kind": Fault(
        "base/pod-disruption-budget.yaml",
        "kind: PodDisruptionBudget",
        "kind: PodDisruptionBuget",
        "has no PodDisruptionBuget",
    ),
    "old version": Fault(SCALER, "autoscaling/v2", "autoscaling/v2beta2", "in autoscaling/v2beta2"),
    "unknown field of a custom resource": Fault(
        MONITOR, "scrapeTimeout", "scrapeTimeOut", "no field .spec.endpoints"
    ),
    "wrong duration": Fault(
        MONITOR, "interval: 15s", "interval: often", "spec.endpoints.0.interval"
    ),
    "missing field of a custom resource": Fault(
        "components/tls/certificate.yaml",
        "secretName: everything-agent-tls",
        "commonName: agent",
        "secretName",
    ),
}
KINDS = {
    "secret": added(
        "{apiVersion: v1, kind: Secret, metadata: {name: a}}", "no secret belongs into git"
    ),
    "generated secret": Fault(
        KUSTOMIZATION,
        "kind: Kustomization",
        "kind: Kustomization\nsecretGenerator: [{name: a, literals: [a=b]}]",
        "no secret belongs into git",
    ),
    "rights": added(
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: a},"
        " roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}}",
        "gives rights in the cluster",
    ),
    "way around the policies": added(
        "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: a},"
        " spec: {defaultBackend: {service: {name: everything-agent-ops, port: {name: ops}}}}}",
        "Ingress a is a networking.k8s.io/v1 Ingress, which nobody expects",
    ),
    "addresses by hand": added(
        "{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: a},"
        " addressType: IPv4, endpoints: [{addresses: [169.254.169.254]}]}",
        "EndpointSlice a is a",
    ),
    "pod without an owner": added(
        "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers:"
        " [{name: a, image: a, securityContext: {privileged: true}}]}}",
        "Pod a, container a: it must not gain privileges",
    ),
    "generator": Fault(
        KUSTOMIZATION,
        "kind: Kustomization",
        "kind: Kustomization\nnameSuffix: -b",
        "nobody expects nameSuffix",
    ),
    "resource from elsewhere": Fault(
        "base/kustomization.yaml",
        "- service.yaml",
        "- https://example.com/service.yaml",
        "which is not in git",
    ),
}
POLICIES = {
    "open to the world": Fault(
        "base/default-deny.yaml", "[Ingress, Egress]", "[Egress]", "no NetworkPolicy closes Ingress"
    ),
    "deny for the agent alone": Fault(
        "base/default-deny.yaml",
        "podSelector: {}",
        "podSelector: {matchLabels: {app.kubernetes.io/name: everything-agent}}",
        "No NetworkPolicy closes the whole namespace",
    ),
    "everything to everybody": Fault(WAYS, "  egress:\n", "  egress:\n    - {}\n", "all ports"),
    "ways in for everybody": Fault(
        WAYS,
        "    - from:\n        - namespaceSelector: {}\n      ports",
        "    - ports",
        "to everybody",
    ),
    "names from everybody": Fault(
        "base/name-lookup.yaml",
        "        - namespaceSelector:\n            matchLabels: {kubernetes.io/metadata.name: kube-system}",
        "        - {}",
        "-names, egress: it is open to everybody",
    ),
    "credentials of the node": Fault(
        WAYS, "169.254.0.0/16, ", "", "where clouds give away credentials"
    ),
    "part of the credentials": Fault(
        WAYS, "169.254.0.0/16", "169.254.0.0/17", "where clouds give away credentials"
    ),
    "credentials by another port": Fault(
        "base/name-lookup.yaml", "port: 53, protocol: TCP", "port: 80, protocol: TCP", "credentials"
    ),
    "private addresses": Fault(
        WAYS, "except: [fc00::/7, fe80::/10]", "except: [fe80::/10]", "private addresses fc00::/7"
    ),
    "public port": Fault(
        WAYS, "port: 443", "port: 22", "port 22 is open to the public addresses 0.0.0.0/0"
    ),
    "range of ports": Fault(WAYS, "port: 443,", "port: 443, endPort: 65535,", "and no endPort"),
    "another protocol": Fault(
        WAYS, "port: http, protocol: TCP", "port: http, protocol: UDP", "nobody speaks UDP"
    ),
    "ops for every namespace": Fault(
        POLICY,
        "matchLabels: {kubernetes.io/metadata.name: monitoring}",
        "matchLabels: {}",
        "port ops is open to every namespace",
    ),
    "all namespaces but one": Fault(
        POLICY,
        "matchLabels: {kubernetes.io/metadata.name: monitoring}",
        "matchExpressions: [{key: a, operator: DoesNotExist}]",
        "port ops is open to every namespace",
    ),
    "collector anywhere": Fault(
        WAYS,
        "matchLabels: {kubernetes.io/metadata.name: observability}",
        "matchLabels: {}",
        "port 4317 is open to every namespace",
    ),
    "database for the cluster": Fault(
        f"overlays/{ONE_POD}/postgres/network-policy.yaml",
        "- podSelector:\n            matchLabels:\n              app.kubernetes.io/name: everything-agent",
        "- namespaceSelector: {}",
        "port postgres is open to every namespace",
        ONE_POD,
    ),
}
SERVICES = {
    "balancer of the cloud": Fault(
        "base/service.yaml", "type: ClusterIP", "type: LoadBalancer", "is a LoadBalancer"
    ),
    "port of nodes": Fault(
        "components/monitoring/service.yaml", "clusterIP: None", "type: NodePort", "is a NodePort"
    ),
    "address of others": Fault(
        "base/service.yaml",
        "type: ClusterIP",
        "externalIPs: [192.0.2.1]",
        "nobody expects externalIPs",
    ),
    "name of others": added(
        "{apiVersion: v1, kind: Service, metadata: {name: a},"
        " spec: {type: ExternalName, externalName: example.com}}",
        "Service a is a ExternalName",
    ),
}
SECRETS = {
    "key of a model": given("OPENAI_API_KEY=sk-12345", "OPENAI_API_KEY is secret"),
    "variable of the interpreter": given(
        "PYTHONPATH=/data", "nobody expects the variable PYTHONPATH"
    ),
    "word in an address": given(
        "A2A_REPORT_URL=https://me:word@example.com", "tells a secret in the open"
    ),
    "word in a config map": Fault(
        KUSTOMIZATION,
        "- behavior: merge",
        "- {name: a, literals: [password=word1]}\n- behavior: merge",
        "password is secret",
    ),
    "word in an annotation": annotated("example.com/password: word1", "tells a secret"),
    "word in a command": Fault(
        BACKUP, "--keep=8]", "--keep=8, --password=word1]", "its command tells a secret"
    ),
    "whole secret as variables": Fault(
        DEPLOYMENT,
        "envFrom:\n",
        "envFrom:\n            - secretRef: {name: everything-agent}\n",
        "envFrom takes ConfigMaps",
    ),
    "whole secret in backups": Fault(
        BACKUP,
        "                items:\n                  - {key: A2A_DATABASE_PASSWORD, path: A2A_DATABASE_PASSWORD}\n",
        "",
        "takes the whole Secret",
    ),
    "secret for all": Fault(
        DEPLOYMENT, "defaultMode: 0440", "defaultMode: 0777", "readable for all"
    ),
}
STRANGERS = {
    "image from elsewhere": Fault(
        DEPLOYMENT,
        "image: everything-agent",
        f"image: example.com/agent@{DIGEST}",
        "runs example.com/agent, which is not newName",
    ),
    "image of those who wait": Fault(
        "components/migration/deployment.yaml",
        "image: everything-agent",
        f"image: example.com:5000/agent@{DIGEST}",
        "runs example.com:5000/agent, which is not newName",
    ),
    "another command": of_container("command: [sh, -c, env]", "nobody expects it to run sh -c env"),
    "hook": of_container(
        "lifecycle: {postStart: {exec: {command: [env]}}}", "postStart may sleep before the end"
    ),
    "probe that runs a program": Fault(
        DEPLOYMENT,
        "httpGet: {path: /readyz, port: ops}",
        "exec: {command: [env]}",
        "nobody expects it to run env",
    ),
    "probe of others": Fault(
        DEPLOYMENT, "path: /readyz,", "path: /readyz, host: example.com,", "without host"
    ),
    "names of others": of_pod(
        "hostAliases: [{ip: 192.0.2.1, hostnames: [a]}]", "expects hostAliases"
    ),
    "names from others": of_pod("dnsConfig: {nameservers: [192.0.2.1]}", "expects dnsConfig"),
    "shared processes": of_pod("shareProcessNamespace: true", "expects shareProcessNamespace"),
    "network of the node": of_pod("hostNetwork: true", "expects hostNetwork"),
    "unmasked files": Fault(
        DEPLOYMENT, "capabilities:", "procMount: Unmasked\n            capabilities:", "procMount"
    ),
    "unconfined": Fault(
        DEPLOYMENT, "fsGroup: 10001", "appArmorProfile: {type: Unconfined}", "appArmorProfile"
    ),
    "group of root": Fault(DEPLOYMENT, "runAsGroup: 10001", "runAsGroup: 0", "in a group"),
    "files of root": Fault(DEPLOYMENT, "fsGroup: 10001", "fsGroup: 0", "group of root"),
    "token in a volume": Fault(
        DEPLOYMENT,
        "emptyDir: {sizeLimit: 64Mi}",
        "projected: {sources: [{serviceAccountToken: {path: a}}]}",
        "of the kind projected",
    ),
    "disk of the node": Fault(
        DEPLOYMENT, "emptyDir: {sizeLimit: 64Mi}", "emptyDir: {}", "sizeLimit"
    ),
    "variables of Services": Fault(
        DEPLOYMENT, "enableServiceLinks: false", "enableServiceLinks: true", "look like settings"
    ),
    "any host": Fault(
        "components/gateway/http-route.yaml",
        "hostnames: [",
        "hostnames: [a, '*.example.com', ",
        "and no others",
    ),
    "old rules for pods": Fault(
        f"overlays/{EVERYTHING}/namespace.yaml",
        "enforce: restricted",
        "enforce: restricted\n    pod-security.kubernetes.io/enforce-version: v1.0",
        "knows less of what to refuse",
    ),
    "production by another name": Fault(
        f"overlays/{ONE_POD}/config.env",
        "=development",
        "=production",
        "production takes images by digest",
        ONE_POD,
    ),
}
FAULTS = {
    name: fault
    for table in (
        SELECTORS, PORTS, REFERENCES, SCALE, PODS, SCHEMAS,
        KINDS, POLICIES, SERVICES, SECRETS, STRANGERS,
    )
    for name, fault in table.items()
}  # fmt: skip

FOREIGN = added(
    "{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: a}}", ""
)
KEY = Fault(
    DEPLOYMENT,
    "          env:\n",
    "          env:\n            - name: MODEL_API_KEY\n"
    "              valueFrom: {secretKeyRef: {name: model, key: key}}\n",
    "",
)
# What owners do, and what they add to allowed.yaml for it, if anything.
CHANGES = {
    "kind without schema": (
        FOREIGN,
        {"kinds_without_schema:": "external-secrets.io/v1 ExternalSecret"},
    ),
    "setting of one's own": (given("AGENT_GREETING=Ahoy", ""), {}),
    "key of a model": (KEY, {"variables:": "MODEL_API_KEY", "made_elsewhere:": "model"}),
    "container beside the agent's": (
        Fault(
            DEPLOYMENT,
            "      containers:\n",
            "      containers:\n        - name: beside\n          image: example.com/beside:1@"
            f"{DIGEST}\n          securityContext: {{allowPrivilegeEscalation: false,"
            " readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}\n"
            "          resources: {requests: {cpu: 1m, memory: 1Mi}, limits: {memory: 1Mi}}\n",
            "",
        ),
        {"images:": "example.com/beside"},
    ),
    "field": (of_pod("runtimeClassName: gvisor", ""), {"fields:": "runtimeClassName"}),
    "port of others": (
        Fault(
            WAYS,
            "        - {port: 443, protocol: TCP}\n",
            "        - {port: 443, protocol: TCP}\n        - {port: 8443, protocol: TCP}\n",
            "",
        ),
        {"ports_on_the_internet:": "8443"},
    ),
    "more pods": (Fault(SETTINGS, "A2A_REPLICAS=6", "A2A_REPLICAS=12", ""), {}),
    "namespace of an administrator": (Fault(KUSTOMIZATION, "- namespace.yaml\n", "", ""), {}),
    "kind of the whole cluster": (
        added(
            "{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: a}, value: 1}",
            "",
        ),
        {"kinds:": "scheduling.k8s.io/v1 PriorityClass"},
    ),
    "another gateway": (
        Fault(
            KUSTOMIZATION,
            "replacements:\n",
            "patches:\n- target: {kind: HTTPRoute}\n"
            "  patch: |-\n    - {op: replace, path: /spec/parentRefs/0/name, value: ours}\nreplacements:\n",
            "",
        ),
        {},
    ),
}
