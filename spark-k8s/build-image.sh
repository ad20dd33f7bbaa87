#!/usr/bin/env bash
# Builds the images: build-image.sh [NAME:TAG], millrace:<version> where not given.
# Of the jobs as NAME:TAG, of the query API as NAME-api:TAG, of Kafka Connect as NAME-connect:TAG.
# With docker, buildah or podman, whichever this machine has.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
version=$(sed -nE 's/^__version__ = "(.*)"$/\1/p' "$root/lib/millrace/__init__.py")
image=${1:-millrace:$version}
[[ ${image##*/} == *:* ]] || { echo "build-image.sh: $image has no tag" >&2; exit 2; }
revision=$(git -C "$root" rev-parse HEAD 2> /dev/null || echo unknown)

for tool in docker buildah podman; do
  if command -v "$tool" > /dev/null; then
    build() {
      "$tool" build --file "$root/spark-k8s/$1" --build-arg "REVISION=$revision" --tag "$2" "$root"
      echo "built $2"
    }
    build Dockerfile "$image"
    build api.Dockerfile "${image%:*}-api:${image##*:}"
    build connect.Dockerfile "${image%:*}-connect:${image##*:}"
    exit
  fi
done
echo "build-image.sh: neither docker nor buildah nor podman is here" >&2
exit 1
