# The usual commands; `just` without one lists them.

_list:
    @just --list --unsorted

# Everything that must hold before a push.
ci:
    .ci/run

# The tests; those that need xmllint or feedparser are skipped where these are missing.
test *arguments:
    cargo test --locked {{ arguments }}

# Formatting and lints, as strict as `ci`.
lint:
    cargo fmt --check
    cargo clippy --locked --all-targets -- -D warnings

# How fast each stage is.
bench *arguments:
    cargo bench --locked {{ arguments }}

# A week of cs.DC from saved pages, without a network: http://127.0.0.1:8080
demo:
    cargo run --release --locked -- serve --replay demo

# Licences, advisories and yanked crates; needs cargo-deny.
deny:
    cargo deny --locked check
