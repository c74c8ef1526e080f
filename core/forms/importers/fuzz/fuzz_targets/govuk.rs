//! Whatever the file is, the importer of GOV.UK Forms forms does not panic, and what it makes loads.
#![no_main]

use libfuzzer_sys::fuzz_target;
use onehall_form_importers::{Format, Options, import};
use onehall_forms::Form;

fuzz_target!(|text: &str| {
    let options = Options {
        format: Some(Format::Govuk),
        ..Options::default()
    };
    if let Ok(imported) = import(text, &options) {
        assert!(Form::load(imported.definition).is_ok());
    }
});
