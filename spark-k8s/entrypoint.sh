#!/usr/bin/env bash
# What the image runs. Spark on Kubernetes calls it with a role; the base knows the executor's.
# The driver is Python with the JVM as its child, as everywhere: SIGTERM reaches the job first, and
# the running batch is finished. The base would have it the other way round.
set -euo pipefail

if [[ ${1:-} != driver ]]; then
  exec /opt/entrypoint.sh "$@"
fi
shift

options=()
while (($#)) && [[ $1 != local://* ]]; do
  # The class would be Spark's runner of Python programs.
  [[ $1 == --class ]] || options+=("$1" "$2")
  shift 2
done
program=${1#local://}
shift

# The client of a pod: executors call back to this address.
options+=(--deploy-mode client --conf "spark.driver.bindAddress=$SPARK_DRIVER_BIND_ADDRESS")
printf -v MILLRACE_SPARK_OPTIONS '%q ' "${options[@]}"
export MILLRACE_SPARK_OPTIONS

cd /tmp   # Spark makes folders where it is started
exec tini -s -- /opt/millrace/.venv/bin/python "$program" "$@"
