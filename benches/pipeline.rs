//! How fast is each stage? `cargo bench --bench pipeline`.

fn main() {
    divan::main();
}
