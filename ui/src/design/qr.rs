//! QR codes, drawn as SVG.

use leptos::prelude::*;
use qrcodegen::{QrCode, QrCodeEcc};

use crate::texts::{Words, general};
use crate::view::view;

/// Quiet modules around the code: four by the standard.
const QUIET: i32 = 4;

/// The size in modules and the path of the dark ones; none where the text is too long for a code.
#[must_use]
pub fn qr_path(text: &str) -> Option<(i32, String)> {
    use std::fmt::Write;
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let start = x;
            while x < code.size() && code.get_module(x, y) {
                x += 1;
            }
            if x > start {
                let length = x - start;
                let _ = write!(path, "M{} {}h{length}v1h-{length}z", start + QUIET, y + QUIET);
            }
            x += 1;
        }
    }
    Some((code.size() + 2 * QUIET, path))
}

/// A QR code, dark on white in every theme: scanners want it so.
#[component]
pub fn Qr(
    /// What it holds.
    #[prop(into)]
    text: String,
    /// What it leads to, for those who do not see it.
    #[prop(into)]
    label: Words,
) -> impl IntoView {
    qr_path(&text).map(|(size, path)| {
        view! {
            <svg class="qr" viewBox=format!("0 0 {size} {size}") role="img" aria-label=general::QR_CODE.with([label])>
                <path class="qr-ground" d=format!("M0 0h{size}v{size}H0z")></path>
                <path class="qr-dark" d=path></path>
            </svg>
        }
        .into_any()
    })
}

#[cfg(test)]
mod tests {
    use super::{QUIET, qr_path};

    #[test]
    fn a_code_has_its_quiet_zone_and_its_first_corner() {
        let (size, path) = qr_path("LC-20261123-000042-7").unwrap_or_default();
        // Version 1 (21 modules) holds just 20 capitals, digits and hyphens with medium correction.
        assert_eq!(size, 21 + 2 * QUIET);
        assert!(path.starts_with("M4 4h7v1h-7z"), "{path}");
    }

    #[test]
    fn what_no_code_can_hold_draws_nothing() {
        assert_eq!(qr_path(&"x".repeat(3000)), None);
    }
}
