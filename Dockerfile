# syntax=docker/dockerfile:1
# One image for every process of the suite: `docker build -t ningjitong:0.1.0 .`
# Behind a package mirror: `docker build --secret id=pip.conf,src=/path/to/pip.conf …`; nothing of it stays in the image.

FROM python:3.11-slim AS venv
RUN python -m venv /opt/venv
COPY requirements.lock /tmp/requirements.lock
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    /opt/venv/bin/pip install --no-cache-dir --no-deps --only-binary :all: --require-hashes -r /tmp/requirements.lock \
 && /opt/venv/bin/pip check \
 && /opt/venv/bin/python -m pip uninstall --yes pip setuptools

FROM python:3.11-slim
RUN groupadd --gid 10001 ningjitong \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin ningjitong \
 && install --directory --owner 10001 --group 10001 --mode 0700 /var/lib/ningjitong/objects
COPY --from=venv /opt/venv /opt/venv
WORKDIR /opt/ningjitong
COPY services services
COPY shared shared
COPY cli cli
COPY policy policy
RUN /opt/venv/bin/python -m compileall -q services shared cli
ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001:10001
ENTRYPOINT ["python", "-m", "cli"]
