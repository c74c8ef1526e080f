//! `cargo xtask doctor`: what is here, what is missing, and how to get it.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::arguments::Arguments;
use crate::shells::{DESKTOP, KIOSK};
use crate::toolchain::{self, debian, kotlin, nats, node, wasm};
use crate::{process, workspace};

/// One thing that OneHall is built, run or tested with.
struct Need {
    /// What it is.
    name: &'static str,
    /// Which commands need it.
    used_by: &'static str,
    /// What was found, or nothing.
    found: Option<String>,
    /// How to get it.
    remedy: String,
    /// Who gets it.
    comes: Comes,
}

/// Who gets what is missing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Comes {
    /// The command that needs it, anywhere.
    ByItself,
    /// The command that needs it, where it may install Debian's packages.
    FromDebian,
    /// A person.
    ByHand,
}

impl Comes {
    fn by_itself(self) -> bool {
        match self {
            Comes::ByItself => true,
            Comes::FromDebian => debian::can_install(),
            Comes::ByHand => false,
        }
    }
}

/// Looks at everything and installs nothing; the exit code says whether something is missing that a person must get.
pub fn doctor(_: &Arguments) -> Result<ExitCode> {
    let needs = look();
    for need in &needs {
        match &need.found {
            Some(found) => println!("  here     {:<22} {found}", need.name),
            None => println!("  MISSING  {:<22} for {}: {}", need.name, need.used_by, need.remedy),
        }
    }
    let missing: Vec<&Need> = needs.iter().filter(|need| need.found.is_none()).collect();
    let by_hand = missing.iter().filter(|need| !need.comes.by_itself()).count();
    println!(
        "\n{}",
        match (missing.len(), by_hand) {
            (0, _) => "Everything is here.".to_owned(),
            (missing, 0) => format!("{missing} missing; the commands that need them get them by themselves."),
            (missing, by_hand) => format!(
                "{missing} missing, {by_hand} of them for you to get (Debian's packages need root); the others come by themselves."
            ),
        }
    );
    Ok(if by_hand == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn look() -> Vec<Need> {
    let everything = "run, test, bundle";
    vec![
        Need {
            name: "Rust",
            used_by: everything,
            found: first_line(workspace::cargo().arg("--version")),
            remedy: "rustup.rs".to_owned(),
            comes: Comes::ByHand,
        },
        Need {
            name: "C compiler",
            used_by: "run, test",
            found: first_line(Command::new("cc").arg("--version")),
            remedy: debian::advice(&["gcc", "libc6-dev"]),
            comes: Comes::FromDebian,
        },
        Need {
            name: "wasm compiler",
            used_by: everything,
            found: wasm::Compiler::ready().map(|compiler| match compiler {
                wasm::Compiler::Toolchain => format!("the toolchain's target {}", wasm::TARGET),
                wasm::Compiler::Debian { .. } => "Debian's rustc-web".to_owned(),
            }),
            remedy: format!("rustup target add {}", wasm::TARGET),
            comes: Comes::ByItself,
        },
        Need {
            name: "rustfmt",
            used_by: "check, test",
            found: first_line(workspace::cargo().args(["fmt", "--version"])),
            remedy: "rustup component add rustfmt".to_owned(),
            comes: Comes::ByItself,
        },
        Need {
            name: "clippy",
            used_by: "check, test",
            found: first_line(workspace::cargo().args(["clippy", "--version"])),
            remedy: "rustup component add clippy".to_owned(),
            comes: Comes::ByItself,
        },
        Need {
            name: "Node.js",
            used_by: everything,
            found: node::version()
                .filter(|version| *version >= node::OLDEST)
                .map(|version| format!("v{version}")),
            remedy: format!(
                "install Node.js {} or newer: nodejs.org, or {}",
                node::OLDEST,
                debian::advice(&["nodejs"])
            ),
            comes: Comes::FromDebian,
        },
        Need {
            name: "npm",
            used_by: everything,
            found: process::find("npm").map(|path| path.display().to_string()),
            remedy: format!("comes with Node.js, or {}", debian::advice(&["npm"])),
            comes: Comes::FromDebian,
        },
        Need {
            name: "Java",
            used_by: "test, journey",
            found: process::find("java").map(|path| path.display().to_string()),
            remedy: debian::advice(&["default-jre-headless"]),
            comes: Comes::FromDebian,
        },
        Need {
            name: "JNA and Gson",
            used_by: "test, journey",
            found: kotlin::LIBRARIES
                .iter()
                .all(|package| debian::has(package))
                .then(|| kotlin::LIBRARIES.join(", ")),
            remedy: debian::advice(&kotlin::LIBRARIES),
            comes: Comes::FromDebian,
        },
        Need {
            name: "Kotlin compiler",
            used_by: "test, journey",
            found: kotlin::version(),
            remedy: "comes by itself with the command, from npm".to_owned(),
            comes: Comes::ByItself,
        },
        packages("ui", everything),
        packages("tests/browser", "test, shots"),
        Need {
            name: "Chromium",
            used_by: "test, shots",
            found: toolchain::chromium()
                .is_file()
                .then(|| toolchain::chromium().display().to_string()),
            remedy: debian::advice(&["chromium"]),
            comes: Comes::FromDebian,
        },
        Need {
            name: "nats-server",
            used_by: "test",
            found: nats::found().map(|program| program.display().to_string()),
            remedy: debian::advice(&[nats::PACKAGE]),
            comes: Comes::FromDebian,
        },
        Need {
            name: "web view",
            used_by: "run desktop, run kiosk, check, test",
            found: debian::has("libwebkit2gtk-4.1-dev").then(|| "libwebkit2gtk-4.1-dev".to_owned()),
            remedy: debian::advice(&["libwebkit2gtk-4.1-dev", "pkg-config"]),
            comes: Comes::FromDebian,
        },
        Need {
            name: "virtual screen, driver",
            used_by: "test; run desktop and run kiosk without a display",
            found: (debian::has("xvfb") && debian::has("webkit2gtk-driver"))
                .then(|| "xvfb, webkit2gtk-driver".to_owned()),
            remedy: debian::advice(&["xvfb", "webkit2gtk-driver"]),
            comes: Comes::FromDebian,
        },
        Need {
            name: "print server, hands",
            used_by: "test: the kiosk's printer, and what fingers and keys do to its window",
            found: KIOSK
                .iter()
                .all(|package| debian::has(package))
                .then(|| KIOSK.join(", ")),
            remedy: debian::advice(&KIOSK),
            comes: Comes::FromDebian,
        },
        Need {
            name: "window manager, bus, tray",
            used_by: "test: what a person's desktop has around its window",
            found: DESKTOP
                .iter()
                .all(|package| debian::has(package))
                .then(|| DESKTOP.join(", ")),
            remedy: debian::advice(&DESKTOP),
            comes: Comes::FromDebian,
        },
        Need {
            name: "Chinese glyphs",
            used_by: "test, shots",
            found: debian::has("fonts-noto-cjk").then(|| "fonts-noto-cjk".to_owned()),
            remedy: debian::advice(&["fonts-noto-cjk"]),
            comes: Comes::FromDebian,
        },
    ]
}

fn packages(folder: &'static str, used_by: &'static str) -> Need {
    Need {
        name: if folder == "ui" {
            "npm packages of ui"
        } else {
            "npm packages of tests"
        },
        used_by,
        found: node::installed(&workspace::root().join(folder)).then(|| format!("{folder}/node_modules")),
        remedy: format!(
            "npm ci --prefix {folder} --ignore-scripts; or leave it to the command, which does that itself"
        ),
        comes: Comes::ByItself,
    }
}

fn first_line(command: &mut Command) -> Option<String> {
    process::output(command).ok()?.lines().next().map(str::to_owned)
}
