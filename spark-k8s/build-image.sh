#!/usr/bin/env bash
# Builds the image: build-image.sh [NAME:TAG], millrace:<version> where not given.
# With docker, buildah or podman, whichever this machine has.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
version=$(sed -nE 's/^__version__ = "(.*)"$/\1/p' "$root/lib/millrace/__init__.py")
image=${1:-millrace:$version}
revision=$(git -C "$root" rev-parse HEAD 2> /dev/null || echo unknown)

for tool in docker buildah podman; do
  if command -v "$tool" > /dev/null; then
    "$tool" build --file "$root/spark-k8s/Dockerfile" --build-arg "REVISION=$revision" \
      --tag "$image" "$root"
    echo "built $image"
    exit
  fi
done
echo "build-image.sh: neither docker nor buildah nor podman is here" >&2
exit 1
