"""An overlay of an overlay: the same, with the image that has just been built."""

import json
import os
from pathlib import Path

AGENT = Path(__file__).resolve().parents[2]
OVERLAYS = AGENT / "deploy/kubernetes/overlays"
BUILD = AGENT / "build/roll-out"


def write(overlay: str, image: str) -> Path:
    """Write it for an image with its digest, and return its folder; git sees nothing of it.

    The namespace is left out: whoever administers the cluster has made it, and what deploys into it
    need not be able to change it.
    """
    name, _, digest = image.partition("@")
    if not digest.startswith("sha256:"):
        raise SystemExit(f"{image} has no digest: write it as registry/name@sha256:...")
    folder = BUILD / overlay
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "image").write_text(image, encoding="utf-8")
    kustomization = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [os.path.relpath(OVERLAYS / overlay, folder)],
        "images": [{"name": name, "digest": digest}],
        "patches": [{"target": {"kind": "Namespace"}, "patch": json.dumps(WITHOUT)}],
    }
    text = json.dumps(kustomization, indent=2)  # which is YAML as well
    (folder / "kustomization.yaml").write_text(text, encoding="utf-8")
    return folder


WITHOUT = {
    "$patch": "delete",
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": "whichever"},
}
