# syntax=docker/dockerfile:1

# The query API: Python alone, without Java and without Spark.
# To hold the base to its exact bytes, append the digest: ...-slim@sha256:...
ARG BASE_IMAGE=debian:bookworm-slim


FROM ${BASE_IMAGE} AS base
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
ENV LANG=C.UTF-8
# Debian's updates are wanted; 185 is the number of the jobs' user as well.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates python3 tini \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --system --gid 185 millrace \
 && useradd --system --uid 185 --gid millrace --home-dir /opt/millrace \
        --shell /usr/sbin/nologin millrace


# As the Dockerfile of the jobs has it: a letter that is requeued is enriched as they would.
FROM node:22-slim AS country
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
WORKDIR /build
COPY lib/millrace/stack stack
RUN version=$(grep -rhoE --include='*.py' '\b2\.3\.[0-9]{10}\b' stack | sort -u) \
 && npm pack --silent "@ip-location-db/geo-whois-asn-country-mmdb@${version}" \
 && mkdir geo \
 && tar -xzf ./*.tgz --strip-components=1 -C geo \
        package/geo-whois-asn-country.mmdb package/NRO_LICENSE


# The page for browsers, by the Node that lib/millrace/setup/node.py names.
FROM node:24.19.0-slim AS console
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
WORKDIR /build/page
COPY lib/millrace/console/page/package.json lib/millrace/console/page/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY lib/millrace/console/page ./
RUN node_modules/.bin/vite build --logLevel warn \
 && find ../static -type f -exec gzip --keep --best --no-name {} +


# The base itself builds, so that wheels fit its Python.
FROM base AS builder
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
WORKDIR /build
ENV PATH=/opt/millrace/.venv/bin:${PATH}
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends python3-venv \
 && rm -rf /var/lib/apt/lists/*

COPY requirements-api.lock ./
RUN python3 -m venv /opt/millrace/.venv \
 && pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes \
        --requirement requirements-api.lock \
 && site=$(python -c 'import sysconfig; print(sysconfig.get_path("purelib"))') \
 && echo /opt/millrace/lib > "${site}/millrace.pth" \
 && pip uninstall --yes --quiet pip

# The embedded servers and the generators are for laptops. Importing what serves finds a missing
# dependency now rather than in production.
WORKDIR /opt/millrace
COPY LICENSE ./
COPY conf conf
COPY lib/millrace lib/millrace
COPY --from=console /build/static/ lib/millrace/console/static/
RUN rm -rf lib/millrace/stack lib/millrace/simulate lib/millrace/console/page \
 && python -c 'import millrace.api.server' \
 && python -m millrace api --help > /dev/null \
 && python -m compileall -q lib


FROM base
ARG BASE_IMAGE
ARG REVISION=unknown
LABEL org.opencontainers.image.title="millrace-api" \
      org.opencontainers.image.description="Questions to what millrace stored, over HTTP" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="docker.io/library/${BASE_IMAGE}" \
      org.opencontainers.image.revision="${REVISION}"

# Most stable first: a change of code replaces only the last layers.
COPY --from=country /build/geo/ /opt/millrace/geo/
COPY --from=builder /opt/millrace/.venv/ /opt/millrace/.venv/
COPY --from=builder /opt/millrace/LICENSE /opt/millrace/
COPY --from=builder /opt/millrace/conf/ /opt/millrace/conf/
COPY --from=builder /opt/millrace/lib/ /opt/millrace/lib/

ENV PATH=/opt/millrace/.venv/bin:${PATH} \
    PYTHONSAFEPATH=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MILLRACE_REVISION=${REVISION}

ENTRYPOINT ["tini", "--", "python", "-m", "millrace"]

# The user `millrace`, as a number: Kubernetes checks runAsNonRoot on numbers only.
USER 185
