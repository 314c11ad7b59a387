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

FROM python:3.11-slim-bookworm AS house
ENV PATH=/opt/foodgan/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin foodgan \
    && mkdir -p /srv/foodgan/var/photos /srv/foodgan/var/alive && chown -R 10001:10001 /srv/foodgan/var
WORKDIR /srv/foodgan

FROM wheel AS bot-parts
RUN python -m venv /opt/foodgan \
    && /opt/foodgan/bin/pip install --no-cache-dir "$(ls /wheels/foodgan-*.whl)[bot,s3]"

FROM wheel AS worker-parts
RUN python -m venv /opt/foodgan \
    && /opt/foodgan/bin/pip install --no-cache-dir "$(ls /wheels/foodgan-*.whl)[worker,s3]"

FROM house AS bot
COPY --from=bot-parts /opt/foodgan /opt/foodgan
USER 10001:10001
CMD ["python", "-m", "bot"]

FROM house AS worker
COPY --from=worker-parts /opt/foodgan /opt/foodgan
USER 10001:10001
CMD ["python", "-m", "worker"]
