# The image of crosslist: one binary on a base without a shell.
# Both bases are arguments, for registries of your own and for other distributions with the same C library.
ARG BUILD_IMAGE=rust:1.95-bookworm
ARG RUNTIME_IMAGE=gcr.io/distroless/cc-debian12:nonroot

FROM ${BUILD_IMAGE} AS build
WORKDIR /build
# The dependencies are a layer of their own, which stays until the lock file changes.
COPY Cargo.toml Cargo.lock ./
COPY benches benches
RUN mkdir src \
    && echo 'fn main() {}' > src/main.rs \
    && touch src/lib.rs \
    && cargo build --release --locked --bin crosslist
COPY config config
COPY docs docs
COPY src src
# Cargo goes by times, and the empty sources above are newer than those just copied.
RUN touch src/main.rs src/lib.rs \
    && cargo build --release --locked --bin crosslist \
    && mkdir data

FROM ${RUNTIME_IMAGE} AS runtime
# The settings are looked for in config/crosslist.toml of the working directory.
WORKDIR /srv/crosslist
COPY config config
COPY --from=build /build/target/release/crosslist /usr/local/bin/crosslist
COPY --from=build --chown=65532:65532 /build/data /data
LABEL org.opencontainers.image.title="crosslist" \
    org.opencontainers.image.description="arXiv's listings as RSS, Atom and JSON feeds" \
    org.opencontainers.image.source="https://github.com/crosslist/crosslist" \
    org.opencontainers.image.documentation="https://github.com/crosslist/crosslist/blob/main/docs/operating.md" \
    org.opencontainers.image.licenses="MIT"
USER 65532:65532
# The C library would keep freed memory, and apart for each thread; the service would set this itself and start anew.
ENV CROSSLIST_SERVER__LISTEN=[::]:8080 \
    CROSSLIST_STORE__URL=sqlite:/data/crosslist.db \
    MALLOC_ARENA_MAX=2 \
    MALLOC_MMAP_THRESHOLD_=1048576
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=6s --start-period=5s --retries=3 \
    CMD ["/usr/local/bin/crosslist", "health"]
ENTRYPOINT ["/usr/local/bin/crosslist"]
CMD ["serve"]
