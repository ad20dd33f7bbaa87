#!/usr/bin/env bash
# What the image runs: Spark on Kubernetes calls it with a role, `driver` or `executor`.
# The driver is Python with the JVM as its child, as everywhere: SIGTERM reaches the job first, and
# the running batch is finished. Spark's own image has it the other way round.
set -euo pipefail

role=${1:?the role: driver or executor}
shift
cd /tmp   # Spark makes folders where it is started

if [[ $role == executor ]]; then
  options=()
  for name in $(compgen -A variable SPARK_JAVA_OPT_ | sort --version-sort); do
    options+=("${!name}")
  done
  # Its arguments are Spark's own, of its backend for Kubernetes: they come as variables.
  exec tini -s -- "${JAVA_HOME:+$JAVA_HOME/bin/}java" "${options[@]}" \
    "-Xms$SPARK_EXECUTOR_MEMORY" "-Xmx$SPARK_EXECUTOR_MEMORY" \
    -cp "${SPARK_CONF_DIR:-$SPARK_HOME/conf}:${SPARK_CLASSPATH:-}:$SPARK_HOME/jars/*" \
    org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend \
    --driver-url "$SPARK_DRIVER_URL" --executor-id "$SPARK_EXECUTOR_ID" \
    --cores "$SPARK_EXECUTOR_CORES" --app-id "$SPARK_APPLICATION_ID" \
    --hostname "$SPARK_EXECUTOR_POD_IP" --podName "$SPARK_EXECUTOR_POD_NAME" \
    --resourceProfileId "$SPARK_RESOURCE_PROFILE_ID"
fi
[[ $role == driver ]] || { echo "entrypoint.sh: no role is called $role" >&2; exit 2; }

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

exec tini -s -- /opt/millrace/.venv/bin/python "$program" "$@"
