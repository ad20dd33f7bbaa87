#!/usr/bin/env bash
# Applies an overlay with an image and waits until every stream runs it: deploy.sh OVERLAY IMAGE
# The cluster is the one that KUBECONFIG names, which must have the Spark operator.
set -euo pipefail

(($# == 2)) || { sed -n '2,3s/^# //p' "$0" >&2; exit 2; }
overlay=$(cd "$(dirname "${BASH_SOURCE[0]}")/overlays/$1" && pwd)
image=$2
streams=(ingest aggregate archive)

manifests=$(kubectl kustomize "$overlay" | sed -E "s#^( +image: ).*/?millrace[:@].*#\1$image#")

kubectl apply --server-side --dry-run=server --filename - <<< "$manifests" > /dev/null
kubectl apply --server-side --filename - <<< "$manifests"
for stream in "${streams[@]}"; do
  kubectl --namespace millrace wait --timeout=600s "sparkapplication/$stream" \
    --for=jsonpath='{.status.applicationState.state}'=RUNNING
done
