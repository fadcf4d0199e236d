"""An overlay of an overlay: the same, with the image that has just been built."""

import json
import os
from pathlib import Path

from images import parts
from kubectl import Kubectl

AGENT = Path(__file__).resolve().parents[2]
OVERLAYS = AGENT / "deploy/kubernetes/overlays"
BUILD = AGENT / "build/roll-out"


def build(kubectl: Kubectl, overlay: str, image: str) -> Path:
    """Return a file with its objects, for an image with its digest; git sees nothing of it.

    They are built once, so what is looked at is what is applied. The namespace is left out: whoever
    administers the cluster has made it, and what deploys into it need not be able to change it.
    """
    repository, digest = parts(image)
    folder = BUILD / overlay
    folder.mkdir(parents=True, exist_ok=True)
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [os.path.relpath(OVERLAYS / overlay, folder)],
        "images": [{"name": repository, "digest": digest}],
        "patches": [{"target": {"kind": "Namespace"}, "patch": json.dumps(WITHOUT)}],
    }
    text = json.dumps(kustomization, indent=2)  # which is YAML as well
    (folder / "kustomization.yaml").write_text(text, encoding="utf-8")
    manifests = folder / "manifests.yaml"
    kubectl.run("kustomize", str(folder), f"--output={manifests}")
    return manifests


WITHOUT = {
    "$patch": "delete",
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": "whichever"},
}
