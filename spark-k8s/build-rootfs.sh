#!/usr/bin/env bash
# Builds the image as an OCI archive without a container engine: build-rootfs.sh FILE.tar [NAME:TAG]
# For a cluster whose nodes import archives (`ctr --namespace k8s.io images import`). The steps are
# those of the Dockerfile.
# As root, after `make setup`. DEBIAN_MIRROR names another mirror than debootstrap's own.
set -euo pipefail

(($# >= 1)) || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
[[ $(id -u) == 0 ]] || { echo "build-rootfs.sh: debootstrap must run as root" >&2; exit 1; }
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
version=$(sed -nE 's/^__version__ = "(.*)"$/\1/p' "$root/lib/millrace/__init__.py")
output=$(realpath "$1")
image=${2:-millrace:$version}
python=$root/.venv/bin/python
spark=$("$python" -c 'from pathlib import Path; import pyspark; print(Path(pyspark.__file__).parent)')
# Kept from build to build until what it is made of changes, or a month has brought Debian's updates.
stable="$root/.millrace/downloads/image-$( (date +%Y-%m; cat "$root/requirements.lock" \
  "$root/conf/spark-defaults.conf" "$root"/lib/millrace/setup/{downloads,object_store}.py \
  "$root/lib/millrace/stack/country.py" "$root/spark-k8s/downloads.py" "${BASH_SOURCE[0]}") \
  | sha256sum | cut -c1-12).tar"
work=$(mktemp --directory)
trap 'rm -rf "$work"' EXIT
umask 022

make_stable_layer() {
  local system=$1 site
  echo "Debian with Java and Python"
  debootstrap --variant=minbase --include=ca-certificates,openjdk-17-jre-headless,python3,python3-venv,tini \
    bookworm "$system" "${DEBIAN_MIRROR:-}" > "$work/debootstrap.log" \
    || { tail -n 5 "$work/debootstrap.log" >&2; exit 1; }
  echo 'spark:x:185:' >> "$system/etc/group"
  echo 'spark:x:185:185::/opt/spark:/usr/sbin/nologin' >> "$system/etc/passwd"

  echo "Spark and the locked requirements"
  mkdir -p "$system"/opt/spark/{conf,python} "$system/opt/millrace/geo"
  cp -r "$spark/bin" "$spark/jars" "$system/opt/spark/"
  cp -r "$spark/python/lib" "$system/opt/spark/python/"
  # All but its jars, which lie beside.
  tar --directory "${spark%/*}" --exclude=pyspark/jars --exclude=pyspark/examples \
    --exclude=__pycache__ --create pyspark | tar --directory "$system/opt/spark/python" --extract
  chroot "$system" python3 -m venv --without-pip /opt/millrace/.venv
  site=$(chroot "$system" /opt/millrace/.venv/bin/python -c \
    'import sysconfig; print(sysconfig.get_path("purelib"))')
  awk '/^[^ #]/ {keep = !/^(pyspark|py4j)==/} keep' "$root/requirements.lock" > "$work/without-spark.lock"
  "$python" -m pip install --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
    --require-hashes --python-version "$(basename "$(dirname "$site")" | tr -d a-z)" \
    --target "$system$site" --requirement "$work/without-spark.lock"
  (cd "$system" && printf '/%s\n' opt/millrace/lib opt/spark/python opt/spark/python/lib/py4j-*-src.zip) \
    > "$system$site/millrace.pth"

  echo "jars and the country database"
  "$python" "$root/spark-k8s/downloads.py" "$system/opt/spark/jars" "$system/opt/millrace/geo"

  rm -rf "$system"/var/{cache/apt,lib/apt/lists,log}/* "$system"/usr/share/{doc,man,locale,info}
  find "$system" -name __pycache__ -prune -exec rm -rf {} +
  chmod -R go=u-w "$system/opt"
  tar --directory "$system" --numeric-owner --sort=name --create --file "$stable.new" --exclude='./dev/*' .
  mv "$stable.new" "$stable"
}

make_package_layer() {
  local package=$1/opt/millrace
  mkdir -p "$package/lib" "$1/var/lib/millrace"/{checkpoints,archive}
  cp "$root/LICENSE" "$root/spark-submit.sh" "$root/spark-k8s/entrypoint.sh" "$package/"
  cp --recursive --dereference "$root/conf" "$root/jobs" "$package/"
  cp --recursive "$root/lib/millrace" "$package/lib/"
  rm -rf "$package"/lib/millrace/{stack,simulate}
  sed -i '/^spark\.jars\.packages[[:space:]]/d' "$package/conf/spark-defaults.conf"
  find "$package" -name __pycache__ -prune -exec rm -rf {} +
  chmod -R go=u-w "$1"
  chmod 0755 "$package"/*.sh
  chown --recursive 185:185 "$1/var/lib/millrace"
}

mkdir -p "$work/system" "$work/package" "$(dirname "$stable")"
[[ -f $stable ]] || make_stable_layer "$work/system"
echo "the package"
make_package_layer "$work/package"
tar --directory "$work/package" --numeric-owner --sort=name --create --file "$work/package.tar" .
"$python" "$root/spark-k8s/oci.py" "$output" "$image" "$stable" "$work/package.tar"
