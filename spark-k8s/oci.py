"""Writes an OCI image archive: oci.py IMAGE FILE.tar NAME:TAG LAYER.tar..., IMAGE one of IMAGES."""

import hashlib
import json
import sys
import tarfile
from io import BytesIO
from pathlib import Path
from typing import Any

# https://github.com/opencontainers/image-spec/blob/v1.1.0/media-types.md
_IMAGE = "application/vnd.oci.image"
_ENVIRONMENT = (
    "PATH=/opt/millrace/.venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG=C.UTF-8",
)
_DESCRIPTIONS = {
    "millrace": "Log lines from Kafka to MongoDB, MySQL and Delta Lake",
    "millrace-api": "Questions to what millrace stored, over HTTP",
}
# What each image runs, and with which variables: as the Dockerfile of each says.
IMAGES: dict[str, dict[str, Any]] = {
    "millrace": {
        "Entrypoint": ["/opt/millrace/entrypoint.sh"],
        "Env": [
            *_ENVIRONMENT,
            "SPARK_HOME=/opt/spark",
            "PYSPARK_PYTHON=/opt/millrace/.venv/bin/python",
            "PYSPARK_DRIVER_PYTHON=/opt/millrace/.venv/bin/python",
        ],
    },
    "millrace-api": {
        "Entrypoint": ["tini", "--", "python", "-m", "millrace"],
        "Env": [*_ENVIRONMENT, "PYTHONSAFEPATH=1", "PYTHONDONTWRITEBYTECODE=1"],
    },
}


def write(kind: str, file: Path, name: str, layers: list[Path]) -> int:
    """Writes the archive of an image that is made of these layers; its size in bytes."""
    told = {"title": kind, "description": _DESCRIPTIONS[kind], "licenses": "Apache-2.0"}
    labels = {f"org.opencontainers.image.{key}": value for key, value in told.items()}
    settings = {"User": "185", **IMAGES[kind], "Labels": labels}
    digests = [_digest(layer) for layer in layers]
    with tarfile.open(file, "w") as archive:
        for layer, digest in zip(layers, digests, strict=True):
            archive.add(layer, f"blobs/sha256/{digest}")

        def blob(content: dict[str, Any], media_type: str) -> dict[str, Any]:
            data = json.dumps(content).encode()
            digest = hashlib.sha256(data).hexdigest()
            _add(archive, f"blobs/sha256/{digest}", data)
            return _descriptor(media_type, digest, len(data))

        config = blob(
            {
                "architecture": "amd64",
                "os": "linux",
                "config": settings,
                "rootfs": {"type": "layers", "diff_ids": [f"sha256:{d}" for d in digests]},
            },
            f"{_IMAGE}.config.v1+json",
        )
        manifest = blob(
            {
                "schemaVersion": 2,
                "mediaType": f"{_IMAGE}.manifest.v1+json",
                "config": config,
                "layers": [
                    _descriptor(f"{_IMAGE}.layer.v1.tar", digest, layer.stat().st_size)
                    for layer, digest in zip(layers, digests, strict=True)
                ],
            },
            f"{_IMAGE}.manifest.v1+json",
        )
        # containerd's own key: the name that pods ask for.
        manifest["annotations"] = {"io.containerd.image.name": f"docker.io/library/{name}"}
        _add(
            archive,
            "index.json",
            json.dumps({"schemaVersion": 2, "manifests": [manifest]}).encode(),
        )
        _add(archive, "oci-layout", b'{"imageLayoutVersion": "1.0.0"}')
    return file.stat().st_size


def _descriptor(media_type: str, digest: str, size: int) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": size}


def _digest(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while part := content.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    archive.addfile(entry, BytesIO(data))


if __name__ == "__main__":
    of, target, image, *files = sys.argv[1:]
    size = write(of, Path(target), image, [Path(file) for file in files])
    print(f"built {image}, {size / 1e6:,.0f} MB, in {target}")
