# The desk, the API and the worker in one container; /data holds the workspace, /secrets its keys.
FROM python:3.12-slim

RUN useradd --create-home --uid 10001 mainspring \
    && install -d -o mainspring -g mainspring -m 700 /data /secrets
WORKDIR /app

COPY requirements-run.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements-run.lock

COPY pyproject.toml README.md LICENSE ./
COPY domain domain
COPY tools tools
COPY brand_voice brand_voice
COPY prompts prompts
COPY ledger ledger
COPY agents agents
COPY workflows workflows
COPY app app
COPY evals evals
RUN pip install --no-cache-dir --no-deps --no-build-isolation .

USER mainspring
ENV MAINSPRING_HOME=/secrets \
    MAINSPRING_WORKSPACE=/data/workspace \
    MAINSPRING_SENDING_LISTEN_HOST=0.0.0.0 \
    PYTHONUNBUFFERED=1
VOLUME ["/data", "/secrets"]
EXPOSE 8780 8787
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD \
    ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8780/sign-in', timeout=4)"]

ENTRYPOINT ["mainspring"]
CMD ["serve", "--host", "0.0.0.0"]
