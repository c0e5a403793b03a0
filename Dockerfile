# One image for the code location, the webserver and the daemon; docker-compose.yml says which one it is.
FROM python:3.12.14-slim-bookworm AS base

FROM base AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
# pip stays behind in this stage.
RUN python -m venv --without-pip /opt/venv
WORKDIR /src
COPY requirements-deploy.lock ./
# Only wheels: nothing is compiled, and no package runs code of its own while it is installed.
RUN pip --python /opt/venv/bin/python install --require-hashes --only-binary :all: -r requirements-deploy.lock
COPY pyproject.toml README.md ./
COPY configs configs
COPY lm_synth_assets lm_synth_assets
# What builds our own wheel is in the lock file, and leaves once it is built.
RUN pip --python /opt/venv/bin/python install --no-deps --no-build-isolation . \
 && pip --python /opt/venv/bin/python uninstall --yes hatchling editables trove-classifiers

FROM base
# The id is fixed, because files in the volume belong to it.
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin lm_synth \
 && install --directory --owner=lm_synth --group=lm_synth /opt/dagster/home
COPY --from=build /opt/venv /opt/venv
COPY --chmod=0555 deploy/compose/entrypoint.sh /usr/local/bin/entrypoint.sh
ENV PATH=/opt/venv/bin:$PATH \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DAGSTER_HOME=/opt/dagster/home \
    DAGSTER_DISABLE_TELEMETRY=1
WORKDIR /opt/dagster/home
USER 10001:10001
EXPOSE 4000
ENTRYPOINT ["/usr/local/bin/entrypoint.sh"]
CMD ["dagster", "api", "grpc", "--module-name", "lm_synth_assets", "--host", "0.0.0.0", "--port", "4000"]
HEALTHCHECK --interval=30s --timeout=20s --start-period=2m --retries=4 \
  CMD ["dagster", "api", "grpc-health-check", "--port", "4000"]
