#!/usr/bin/env bash
# Builds an image as an OCI archive without a container engine: build-rootfs.sh [--api] FILE.tar [NAME:TAG]
# That of the jobs, or with --api that of the query API. For a cluster whose nodes import archives
# (`ctr --namespace k8s.io images import`). The steps are those of the Dockerfiles.
# As root, after `make setup`. DEBIAN_MIRROR names another mirror than debootstrap's own.
set -euo pipefail

name=millrace
[[ ${1:-} != --api ]] || { name=millrace-api; shift; }
(($# >= 1)) || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
[[ $(id -u) == 0 ]] || { echo "build-rootfs.sh: debootstrap must run as root" >&2; exit 1; }
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
version=$(sed -nE 's/^__version__ = "(.*)"$/\1/p' "$root/lib/millrace/__init__.py")
output=$(realpath "$1")
image=${2:-$name:$version}
python=$root/.venv/bin/python
work=$(mktemp --directory)
trap 'rm -rf "$work"' EXIT
umask 022

# Where the layer is kept from build to build, until what it is made of changes, or a month has
# brought Debian's updates.
stable_layer() {
  echo "$root/.millrace/downloads/image-$( (date +%Y-%m; cat "$@" "${BASH_SOURCE[0]}") \
    | sha256sum | cut -c1-12).tar"
}

make_system() {
  local system=$1 user=$2 home=$3 packages=$4
  echo "Debian with $packages"
  debootstrap --variant=minbase --include="$packages" bookworm "$system" "${DEBIAN_MIRROR:-}" \
    > "$work/debootstrap.log" \
    || { tail -n 5 "$work/debootstrap.log" >&2; exit 1; }
  echo "$user:x:185:" >> "$system/etc/group"
  echo "$user:x:185:185::$home:/usr/sbin/nologin" >> "$system/etc/passwd"
}

# What a lock file names, into an environment of /opt/millrace; $site is its folder of packages then.
install_requirements() {
  local system=$1 lock=$2 environment=/opt/millrace/${3:-.venv}
  echo "the locked requirements of $environment"
  chroot "$system" python3 -m venv --without-pip "$environment"
  site=$(chroot "$system" "$environment/bin/python" -c \
    'import sysconfig; print(sysconfig.get_path("purelib"))')
  "$python" -m pip install --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
    --require-hashes --python-version "$(basename "$(dirname "$site")" | tr -d a-z)" \
    --target "$system$site" --requirement "$lock"
}

# pip makes no program that fits another root: dbt's is its entry point by the environment's Python.
make_dbt() {
  local system=$1
  install_requirements "$system" "$root/requirements-warehouse.lock" .venv-dbt
  printf '%s\n' '#!/opt/millrace/.venv-dbt/bin/python' 'from dbt.cli.main import cli' 'cli()' \
    > "$system/opt/millrace/.venv-dbt/bin/dbt"
  chmod 0755 "$system/opt/millrace/.venv-dbt/bin/dbt"
  ln -s /opt/millrace/.venv-dbt/bin/dbt "$system/opt/millrace/.venv/bin/dbt"
}

finish_layer() {
  local system=$1 file=$2
  echo "the country database"
  mkdir -p "$system/opt/millrace/geo"
  "$python" "$root/spark-k8s/downloads.py" geo "$system/opt/millrace/geo"
  rm -rf "$system"/var/{cache/apt,lib/apt/lists,log}/* "$system"/usr/share/{doc,man,locale,info}
  find "$system" -name __pycache__ -prune -exec rm -rf {} +
  chmod -R go=u-w "$system/opt"
  tar --directory "$system" --numeric-owner --sort=name --create --file "$file.new" --exclude='./dev/*' .
  mv "$file.new" "$file"
}

make_stable_layer_of_jobs() {
  local system=$1 spark
  make_system "$system" spark /opt/spark ca-certificates,openjdk-17-jre-headless,python3,python3-venv,tini
  mkdir -p "$system"/opt/spark/{conf,python}
  spark=$("$python" -c 'from pathlib import Path; import pyspark; print(Path(pyspark.__file__).parent)')
  cp -r "$spark/bin" "$spark/jars" "$system/opt/spark/"
  cp -r "$spark/python/lib" "$system/opt/spark/python/"
  # All but its jars, which lie beside.
  tar --directory "${spark%/*}" --exclude=pyspark/jars --exclude=pyspark/examples \
    --exclude=__pycache__ --create pyspark | tar --directory "$system/opt/spark/python" --extract
  awk '/^[^ #]/ {keep = !/^(pyspark|py4j)==/} keep' "$root/requirements.lock" > "$work/without-spark.lock"
  install_requirements "$system" "$work/without-spark.lock"
  (cd "$system" && printf '/%s\n' opt/millrace/lib opt/spark/python opt/spark/python/lib/py4j-*-src.zip) \
    > "$system$site/millrace.pth"
  make_dbt "$system"
  echo "jars"
  "$python" "$root/spark-k8s/downloads.py" jars "$system/opt/spark/jars"
}

make_stable_layer_of_api() {
  local system=$1
  make_system "$system" millrace /opt/millrace ca-certificates,python3,python3-venv,tini
  install_requirements "$system" "$root/requirements-api.lock"
  echo /opt/millrace/lib > "$system$site/millrace.pth"
}

make_package_layer() {
  local package=$1/opt/millrace
  mkdir -p "$package/lib"
  cp "$root/LICENSE" "$package/"
  cp --recursive --dereference "$root/conf" "$package/"
  cp --recursive "$root/lib/millrace" "$package/lib/"
  rm -rf "$package"/lib/millrace/{stack,simulate,console/page}
  if [[ $name == millrace ]]; then
    rm -rf "$package/lib/millrace/console/static"
    mkdir -p "$1/var/lib/millrace"/{checkpoints,archive}
    cp "$root/spark-submit.sh" "$root/spark-k8s/entrypoint.sh" "$package/"
    cp --recursive "$root/jobs" "$package/"
    mkdir -p "$package/warehouse"
    cp --recursive "$root/warehouse/dbt" "$package/warehouse/"
    sed -i '/^spark\.jars\.packages[[:space:]]/d' "$package/conf/spark-defaults.conf"
    chmod 0755 "$package"/*.sh
  fi
  find "$package" -name __pycache__ -prune -exec rm -rf {} +
  chmod -R go=u-w "$1"
  [[ $name != millrace ]] || chown --recursive 185:185 "$1/var/lib/millrace"
}

mkdir -p "$work/system" "$work/package" "$root/.millrace/downloads"
downloads=("$root"/lib/millrace/{setup/downloads,stack/country}.py "$root/spark-k8s/downloads.py")
if [[ $name == millrace ]]; then
  stable=$(stable_layer "$root"/requirements{,-warehouse}.lock "$root/conf/spark-defaults.conf" \
    "$root/lib/millrace/setup/object_store.py" "${downloads[@]}")
  [[ -f $stable ]] || { make_stable_layer_of_jobs "$work/system"; finish_layer "$work/system" "$stable"; }
else
  stable=$(stable_layer "$root/requirements-api.lock" "${downloads[@]}")
  [[ -f $stable ]] || { make_stable_layer_of_api "$work/system"; finish_layer "$work/system" "$stable"; }
fi
[[ $name == millrace ]] || "$python" -m millrace.tools.console_build
echo "the package"
make_package_layer "$work/package"
tar --directory "$work/package" --numeric-owner --sort=name --create --file "$work/package.tar" .
"$python" "$root/spark-k8s/oci.py" "$name" "$output" "$image" "$stable" "$work/package.tar"
