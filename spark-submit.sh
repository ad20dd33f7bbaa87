#!/usr/bin/env bash
# Runs one job: ./spark-submit.sh ingest|aggregate|archive|changes [--conf FILE] [--until-caught-up]
#                                 [--from archive] [--accept-loss] [-- Spark's own options]
#               ./spark-submit.sh warehouse [--conf FILE] [--every 10m] [--load-only] [--accept-loss] [-- ...]
# Python is the parent and the JVM its child, so that SIGTERM and Ctrl-C reach the job first and
# the running batch is finished.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
usage() { sed -n '2,4s/^# //p' "$root/spark-submit.sh" >&2; exit 2; }

job=${1:-}
[[ -n $job && -f $root/jobs/$job.py ]] || usage
shift

arguments=("")
while (($#)) && [[ $1 != -- ]]; do
  # Jobs run in this folder; a file is named from where the user stands.
  [[ ${arguments[-1]:-} == --conf && $1 != /* ]] && set -- "$PWD/$1" "${@:2}"
  arguments+=("$1")
  shift
done
(($#)) && shift

if (($#)); then
  printf -v MILLRACE_SPARK_OPTIONS '%q ' "$@"
  export MILLRACE_SPARK_OPTIONS
fi

python=$root/.venv/bin/python
[[ -x $python ]] || python=python3
cd "$root"
exec "$python" "jobs/$job.py" "${arguments[@]:1}"
