# syntax=docker/dockerfile:1
# Two images: `bot` (no torch) and `worker` (torch, with CUDA where the host lends a GPU).
#   docker build --target bot .     docker build --target worker .

FROM python:3.11-slim-bookworm AS wheel
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY foodgan foodgan
COPY bot bot
COPY worker worker
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

# The packages of others, for a package with nothing in it: another line of ours fetches none of them
# again, and makes layers of a few MB.
FROM python:3.11-slim-bookworm AS needs
WORKDIR /needs
COPY pyproject.toml ./
RUN mkdir -p foodgan/text && echo '__version__ = "0"' > foodgan/__init__.py \
    && touch README.md LICENSE foodgan/text/NOTICE && python -m venv /opt/foodgan
ENV PATH=/opt/foodgan/bin:$PATH

FROM needs AS bot-needs
RUN pip install --no-cache-dir '.[bot,s3]' && pip uninstall --yes foodgan

FROM needs AS worker-needs
RUN pip install --no-cache-dir '.[worker,s3]' && pip uninstall --yes foodgan

FROM python:3.11-slim-bookworm AS house
ENV PATH=/opt/foodgan/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin foodgan \
    && mkdir -p /srv/foodgan/var/photos /srv/foodgan/var/alive && chmod 700 /srv/foodgan/var \
    && chown -R 10001:10001 /srv/foodgan/var
WORKDIR /srv/foodgan

FROM house AS bot
COPY --from=bot-needs /opt/foodgan /opt/foodgan
RUN --mount=type=bind,from=wheel,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-deps /wheels/foodgan-*.whl
USER 10001:10001
CMD ["python", "-m", "bot"]

FROM house AS worker
COPY --from=worker-needs /opt/foodgan /opt/foodgan
RUN --mount=type=bind,from=wheel,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-deps /wheels/foodgan-*.whl
USER 10001:10001
CMD ["python", "-m", "worker"]
