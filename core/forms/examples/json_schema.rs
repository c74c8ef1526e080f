//! Writes the JSON Schema of the format to standard output: `cargo xtask schema` keeps it in `docs/schemas`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("{}", serde_json::to_string_pretty(&onehall_forms::json_schema())?);
    Ok(())
}
