#!/usr/bin/env bash
# Applies an overlay and waits until all is ready with these images: deploy.sh OVERLAY IMAGE [API_IMAGE]
# The API's image is that of the same place and tag named millrace-api, where not given, and Kafka
# Connect's millrace-connect. The cluster is the one that KUBECONFIG names, which must have the Spark
# operator. MILLRACE_DEPLOY_TIMEOUT_S is how long to wait: 600 seconds, where not given.
set -euo pipefail

(($# == 2 || $# == 3)) || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
overlay=$(cd "$(dirname "${BASH_SOURCE[0]}")/overlays/$1" && pwd)
image=$2
api_image=${3:-${image%:*}-api:${image##*:}}
connect_image=${image%:*}-connect:${image##*:}
streams=(ingest aggregate archive changes)
deadline=$((SECONDS + ${MILLRACE_DEPLOY_TIMEOUT_S:-600}))

kube() { kubectl --namespace millrace "$@"; }

# The image and the configuration that a stream is to run, and those that its driver does run.
wanted() {
  kube get sparkapplication "$1" \
    --output 'jsonpath={.spec.image} {.spec.driver.template.spec.volumes[?(@.name=="conf")].configMap.name}'
}
found() {
  kube get pod "$1-driver" --ignore-not-found --output \
    'jsonpath={.spec.containers[0].image} {.spec.volumes[?(@.name=="conf")].configMap.name} {.status.phase}{.metadata.deletionTimestamp}'
}
missing_executors() {
  local running
  running=$(kube get pods --selector "sparkoperator.k8s.io/app-name=$1,spark-role=executor" \
    --field-selector status.phase=Running --output name | wc -l)
  echo $(($(kube get sparkapplication "$1" --output 'jsonpath={.spec.executor.instances}') - running))
}
# Whether each of its queries makes progress. Asked from within, past any network policy; not by a
# readiness probe: executors find their driver by a Service, which names no pod that is not ready.
progresses() {
  local port
  port=$(kube get pod "$1-driver" --output \
    'jsonpath={.spec.containers[0].ports[?(@.name=="metrics")].containerPort}')
  kube exec "$1-driver" -- python -c \
    "import urllib.request; urllib.request.urlopen('http://127.0.0.1:$port/readyz', timeout=5)" \
    > /dev/null 2>&1
}
runs() {
  [[ $(found "$1") == "$(wanted "$1") Running" && $(missing_executors "$1") -le 0 ]] \
    && progresses "$1"
}

manifests=$(kubectl kustomize "$overlay" | sed -E -e "s#^( +image: ).*/?millrace[:@].*#\1$image#" \
  -e "s#^( +image: ).*/?millrace-api[:@].*#\1$api_image#")
# A digest names one image alone: then Kafka Connect's is that of the overlay.
[[ $image == *@* ]] || manifests=$(sed -E "s#^( +image: ).*/?millrace-connect[:@].*#\1$connect_image#" \
  <<< "$manifests")
grep -qF "image: $image" <<< "$manifests" \
  || { echo "deploy.sh: the overlay $1 has no image whose name ends in millrace" >&2; exit 1; }
has_api=$(grep -cF "image: $api_image" <<< "$manifests" || true)
if [[ $has_api != 0 && $api_image == *@* && -z ${3:-} ]]; then
  echo "deploy.sh: the API's image must be named as well where IMAGE is a digest" >&2
  exit 2
fi

# What was set by hand in between becomes again what the overlay says.
apply=(kubectl apply --server-side --force-conflicts)
"${apply[@]}" --dry-run=server --filename - <<< "$manifests" > /dev/null
"${apply[@]}" --filename - <<< "$manifests"
for stream in "${streams[@]}"; do
  if [[ $(kube get sparkapplication "$stream" --output 'jsonpath={.spec.suspend}') == true ]]; then
    echo "$stream is suspended"
    continue
  fi
  since=$SECONDS
  until runs "$stream"; do
    ((SECONDS < deadline)) || { echo "deploy.sh: $stream is not ready with $image" >&2; exit 1; }
    # The operator may miss a change that it sees while it writes the status: the end of the old
    # driver makes it look again.
    if ((SECONDS - since > 60)) && [[ $(found "$stream") == *" Running" && \
        $(found "$stream") != "$(wanted "$stream") "* ]]; then
      kube delete pod "$stream-driver"
      since=$SECONDS
    fi
    sleep 2
  done
  echo "$stream is ready with $image"
done
if grep -qE '^ +image: (.*/)?millrace-connect[:@]' <<< "$manifests"; then
  kube rollout status deployment/connect --timeout "$((deadline > SECONDS ? deadline - SECONDS : 1))s" \
    || { echo "deploy.sh: connect is not ready" >&2; exit 1; }
  echo "connect is ready"
fi
if [[ $has_api != 0 ]]; then
  kube rollout status deployment/api --timeout "$((deadline > SECONDS ? deadline - SECONDS : 1))s" \
    || { echo "deploy.sh: api is not ready with $api_image" >&2; exit 1; }
  echo "api is ready with $api_image"
fi
