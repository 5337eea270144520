# cafe-pos in a container: built here from the sources, served by an ordinary user on a file system that may be read-only.

# ---- The program
FROM rust:1.95-bookworm AS build
WORKDIR /build
# The dependencies first, on an empty program: this layer is built again only when a manifest changes, not with the code.
COPY Cargo.toml Cargo.lock ./
COPY migration/Cargo.toml migration/
RUN mkdir -p src migration/src \
    && echo 'fn main() {}' | tee src/main.rs >build.rs \
    && touch src/lib.rs migration/src/lib.rs \
    && cargo build --release --locked --workspace
COPY build.rs ./
COPY assets assets
COPY migration migration
COPY src src
# Cargo compares times, and the files may be older than the empty program.
RUN touch build.rs src/main.rs src/lib.rs migration/src/lib.rs \
    && cargo build --release --locked --workspace

# ---- Postgres' client programs
# The package itself needs Perl for wrappers that choose between versions; there is one version here, and its programs are
# taken without them.
FROM debian:trixie-slim AS postgres-client
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/*

# ---- What runs
FROM debian:trixie-slim
# The libraries that those programs load, and the authorities behind Pesapal's certificate.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libpq5 libreadline8t64 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log /var/cache/debconf/*-old /var/cache/ldconfig/* \
    && groupadd --gid 1001 cafe \
    && useradd --uid 1001 --gid 1001 --no-create-home --home-dir /app --shell /usr/sbin/nologin cafe \
    && install -d -o cafe -g cafe /app /app/backups /app/uploads
COPY --from=postgres-client /usr/lib/postgresql/17/bin/pg_dump /usr/lib/postgresql/17/bin/pg_restore \
    /usr/lib/postgresql/17/bin/psql /usr/lib/postgresql/17/bin/
COPY --from=build /build/target/release/cafe-pos /usr/local/bin/
ENV PATH=/usr/local/bin:/usr/bin:/bin:/usr/lib/postgresql/17/bin \
    HOST=0.0.0.0 \
    PORT=3000 \
    DATA_DIR=/app \
    BACKUP_DIR=/app/backups \
    UPLOAD_DIR=/app/uploads
USER 1001:1001
WORKDIR /app
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 CMD ["cafe-pos", "health"]
ENTRYPOINT ["cafe-pos"]
CMD ["serve"]
