"""Writes an OCI image archive: oci.py FILE.tar NAME:TAG LAYER.tar..."""

import hashlib
import json
import sys
import tarfile
from io import BytesIO
from pathlib import Path
from typing import Any

# https://github.com/opencontainers/image-spec/blob/v1.1.0/media-types.md
_IMAGE = "application/vnd.oci.image"
SETTINGS = {
    "User": "185",
    "Entrypoint": ["/opt/millrace/entrypoint.sh"],
    "Env": [
        "PATH=/opt/millrace/.venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "SPARK_HOME=/opt/spark",
        "PYSPARK_PYTHON=/opt/millrace/.venv/bin/python",
        "PYSPARK_DRIVER_PYTHON=/opt/millrace/.venv/bin/python",
        "LANG=C.UTF-8",
    ],
    "Labels": {
        "org.opencontainers.image.title": "millrace",
        "org.opencontainers.image.description": "Kafka to MongoDB, MySQL and Delta Lake",
        "org.opencontainers.image.licenses": "Apache-2.0",
    },
}


def write(file: Path, name: str, layers: list[Path]) -> int:
    """Writes the archive of an image that is made of these layers; its size in bytes."""
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
                "config": SETTINGS,
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
    target, image, *files = sys.argv[1:]
    size = write(Path(target), image, [Path(file) for file in files])
    print(f"built {image}, {size / 1e6:,.0f} MB, in {target}")
