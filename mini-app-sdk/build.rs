//! Keeps the linker's relocations of the program that `cargo xtask sdk` cuts in two.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|given| given == value);
    if is("CARGO_CFG_TARGET_FAMILY", "wasm") && is("PROFILE", "release") {
        println!("cargo::rustc-link-arg-cdylib=--emit-relocs");
    }
}
