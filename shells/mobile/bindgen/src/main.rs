//! Writes the Kotlin and Swift sources that belong to a built `onehall-mobile` library: `cargo xtask bindings` runs it.

use anyhow::{Context, Result, bail};
use uniffi::{GenerateOptions, TargetLanguage, generate};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [library, folder] = arguments.as_slice() else {
        bail!("usage: onehall-mobile-bindgen <library> <folder>");
    };
    for (language, name) in [(TargetLanguage::Kotlin, "kotlin"), (TargetLanguage::Swift, "swift")] {
        generate(GenerateOptions {
            languages: vec![language],
            source: library.into(),
            out_dir: format!("{folder}/{name}").into(),
            // Only this workspace's crates have a uniffi.toml to be found.
            metadata_no_deps: true,
            ..GenerateOptions::default()
        })
        .with_context(|| format!("could not generate {name} from {library}"))?;
    }
    Ok(())
}
