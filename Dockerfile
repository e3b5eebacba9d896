# The command `innkeep` and nothing else: `innkeep container` against AWS, or `innkeep serve` with everything in one place
# over a PostgreSQL that stands beside it.
#
#   docker build --tag innkeep .
#
# A pipeline that has built the command already (deploy/command) packs that very file, put at target/container/innkeep:
#
#   docker build --build-arg BUILD=prebuilt --tag innkeep .
#
# Cargo's downloads and what it has compiled stay in cache mounts, so that a changed line compiles that line's crates only.
ARG BUILD_IMAGE=docker.io/library/rust:1.95-slim-bookworm
ARG BUILD=compiled

FROM ${BUILD_IMAGE} AS compiled
# What aws-lc and SQLite are compiled with.
# hadolint ignore=DL3008
RUN if ! command -v cmake || ! command -v g++; then \
      apt-get update \
      && apt-get install --yes --no-install-recommends cmake g++ make \
      && rm -rf /var/lib/apt/lists/*; \
    fi
WORKDIR /innkeep
COPY . .
ARG PROFILE=release
RUN --mount=type=cache,id=innkeep-registry,target=/usr/local/cargo/registry \
    --mount=type=cache,id=innkeep-target,target=/innkeep/target \
    cargo build --locked --profile "${PROFILE}" --package local --bin innkeep --message-format=short \
 && deploy/container-root "target/${PROFILE#dev}" /image

FROM ${BUILD_IMAGE} AS prebuilt
WORKDIR /innkeep
COPY deploy/container-root deploy/container-root
COPY target/container target/container
RUN deploy/container-root target/container /image

# hadolint ignore=DL3006
FROM ${BUILD} AS build

# The program, the C library and its loader; no shell, no package manager. The roots that it trusts are in the program.
FROM scratch
COPY --from=build /image /
USER 65532:65532
ENV HOST=0.0.0.0 PORT=8080
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["/innkeep"]
CMD ["container"]
