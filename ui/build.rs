//! Keeps the linker's relocations of the programs that `cargo xtask bundle` cuts in two.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|given| given == value);
    // A quick build is not cut.
    if is("CARGO_CFG_TARGET_FAMILY", "wasm") && is("PROFILE", "release") {
        for (feature, program) in [("CARGO_FEATURE_WEB", "citizen"), ("CARGO_FEATURE_SHELL", "shell")] {
            if std::env::var_os(feature).is_some() {
                println!("cargo::rustc-link-arg-bin={program}=--emit-relocs");
            }
        }
    }
}
