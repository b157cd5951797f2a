# One image for the service and the user interface: the same set-up as on a laptop, the drivers of servers, and what
# reads scans and old Word documents; run by a user without rights.
FROM python:3.11.7-slim-bookworm

RUN apt-get update && apt-get install --yes --no-install-recommends make tesseract-ocr catdoc \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 tidewaiter \
    && install --directory --owner tidewaiter /app /data
USER tidewaiter
WORKDIR /app
COPY --chown=tidewaiter . .
RUN make install-servers PYTHON=python3.11
ENV PATH=/app/.venv/bin:$PATH TIDEWAITER_HOME=/data
VOLUME /data
EXPOSE 8000
CMD ["tidewaiter", "serve", "--no-ui", "--host", "0.0.0.0", "--port", "8000"]
