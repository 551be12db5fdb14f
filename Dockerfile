FROM python:3.13-slim
RUN groupadd --gid 10001 baton \
    && useradd --uid 10001 --gid 10001 --no-log-init --create-home --home-dir /data baton
WORKDIR /opt/baton

# The packages alone, so that a change of Baton's own code does not fetch them again.
COPY app/__init__.py app/__main__.py app/requirements.lock app/
RUN python3 -c "from app.__main__ import Environment; Environment('.venv', 'app').prepare('run')"

COPY app app
COPY handlers handlers
COPY storage storage
COPY LICENSE ./

# Settings (README, "Settings"). The database and baton.toml live in the volume.
ENV BATON_DATABASE_URL=sqlite:////data/baton.db \
    BATON_ORGANISATION=/data/baton.toml \
    BATON_BIND=0.0.0.0:8080 \
    BATON_ADMIN_BIND=0.0.0.0:9099
# By number, so that whoever runs it can see that it is not root.
USER 10001:10001
VOLUME /data
EXPOSE 8080 9099
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s \
    CMD ["python3", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:9099/healthz', timeout=2)"]
ENTRYPOINT ["python3", "-m", "app"]
CMD ["run"]
