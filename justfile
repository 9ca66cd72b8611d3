# `just` lists the recipes; CI runs `just ci` as `bash .ci/run`.

default:
    @just --list

# Everything that CI runs.
ci:
    bash .ci/run

# All tests.
test:
    cargo test --workspace

# Format, and lint with warnings as errors.
lint:
    cargo fmt --all
    cargo clippy --workspace --all-targets -- -D warnings

# The documentation of the library, warnings as errors.
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --open

# The hydrazine study.
study:
    cargo run --release -- study

# Benchmarks of the library.
bench:
    cargo bench --bench solve

# Instructions per trajectory against the kept numbers (needs valgrind).
counts:
    cargo bench --bench counts

# Licences, advisories and sources of all dependencies (needs cargo-deny).
deny:
    cargo deny check

# Look at changed snapshots of messages (needs cargo-insta).
review:
    cargo insta review
