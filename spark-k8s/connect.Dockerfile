# syntax=docker/dockerfile:1
# Kafka Connect with Debezium's connectors, of the jars that the laptop's worker has.

# To hold the base to its exact bytes, append the digest: ...-slim@sha256:...
ARG BASE_IMAGE=debian:bookworm-slim


FROM ${BASE_IMAGE} AS base
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
ENV LANG=C.UTF-8
# Debian's updates are wanted.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
        ca-certificates openjdk-17-jre-headless tini \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --system --gid 185 connect \
 && useradd --system --uid 185 --gid connect --home-dir /opt/connect --shell /usr/sbin/nologin connect


# Jars come by the Ivy that Spark carries, which the lock file has.
FROM base AS builder
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
WORKDIR /build
ENV PATH=/build/.venv/bin:${PATH}
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*
COPY requirements.lock ./
RUN python3 -m venv .venv \
 && pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes \
        --requirement requirements.lock
COPY conf conf
COPY lib/millrace lib/millrace
COPY spark-k8s/downloads.py ./
RUN mkdir connect && PYTHONPATH=lib python downloads.py connect connect


FROM base
ARG BASE_IMAGE
ARG REVISION=unknown
LABEL org.opencontainers.image.title="millrace-connect" \
      org.opencontainers.image.description="Kafka Connect with the connectors that capture changes of databases" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="docker.io/library/${BASE_IMAGE}" \
      org.opencontainers.image.revision="${REVISION}"

COPY --from=builder /build/connect/ /opt/connect/
COPY LICENSE conf/connect-jmx.yaml /opt/connect/

ENV JDK_JAVA_OPTIONS="-XX:MaxRAMPercentage=60 -XX:+ExitOnOutOfMemoryError -Duser.timezone=UTC \
-Djava.awt.headless=true -Dlog4j2.configurationFile=/opt/connect/log4j2.properties \
-javaagent:/opt/connect/exporter/jmx_prometheus_javaagent.jar=0.0.0.0:9404:/opt/connect/connect-jmx.yaml"

ENTRYPOINT ["tini", "--", "java", "-cp", "/opt/connect/worker/*", \
            "org.apache.kafka.connect.cli.ConnectDistributed"]
CMD ["/etc/connect/connect.properties"]

# The user `connect`, as a number: Kubernetes checks runAsNonRoot on numbers only.
USER 185
