//! The desktop and the kiosk: `cargo xtask run desktop`, `run kiosk`, and their journeys in real windows.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::arguments::Arguments;
use crate::say::say;
use crate::toolchain::{debian, node};
use crate::{bundle, process, run, test, toolchain, workspace};

/// The packages of the shells. Apart from the native ones: Tauri asks other features of what they share.
pub const PACKAGES: [&str; 3] = ["onehall-bridge", "onehall-desktop", "onehall-kiosk"];

/// The folder of the journeys in real windows.
const JOURNEYS: &str = "tests/shells";

/// What the web view of Tauri is made of, and fonts with Chinese glyphs.
const WEB_VIEW: [&str; 3] = ["libwebkit2gtk-4.1-dev", "pkg-config", "fonts-noto-cjk"];

/// A print server, keys and a mouse that a test moves, and a look at the clipboard.
pub const KIOSK: [&str; 4] = ["cups-daemon", "cups-client", "xdotool", "xclip"];

/// What a person's desktop has around the window: a window manager, a session bus and what a test plays on it (notifications, a
/// tray), and the library by which programs speak to trays.
pub const DESKTOP: [&str; 6] = [
    "openbox",
    "wmctrl",
    "dbus-daemon",
    "python3-dbus",
    "python3-gi",
    "libayatana-appindicator3-1",
];

/// A kiosk of the demo city, with every device there is.
const DEMO_KIOSK: &str = r#"{
  "hall": "central", "number": 3, "place": "一楼 3 号自助终端", "key": "lanchuan-central-kiosk-3",
  "devices": {
    "id_card": { "kind": "simulator" }, "codes": { "kind": "simulator" }, "scanner": { "kind": "simulator" },
    "slips": { "kind": "simulator" }, "documents": { "kind": "simulator" },
    "light": { "kind": "simulator" }, "door": { "kind": "simulator" }
  },
  "simulators": "simulators.json"
}
"#;

/// On its reader lies the card of 张敏, of whom the demo city knows; on its scanner a picture.
const DEMO_SIMULATORS: &str = r#"{
  "id_card": { "card": { "citizen_id": "620102198805143827" }, "after_ms": 800 },
  "scanner": { "picture": "paper.png", "after_ms": 1500 },
  "slips": { "after_ms": 1500 }
}
"#;

/// What lies on its scanner.
const DEMO_PAPER: &[u8] = include_bytes!("../../shells/kiosk/icons/icon.png");

/// A shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shell {
    /// The window on a person's computer.
    Desktop,
    /// The whole screen of a kiosk in the hall.
    Kiosk,
}

impl Shell {
    /// The shell of a word of the command line.
    pub fn named(word: &str) -> Option<Shell> {
        match word {
            "desktop" => Some(Shell::Desktop),
            "kiosk" => Some(Shell::Kiosk),
            _ => None,
        }
    }

    fn package(self) -> &'static str {
        match self {
            Shell::Desktop => "onehall-desktop",
            Shell::Kiosk => "onehall-kiosk",
        }
    }

    /// The screen that it is made for, where there is none.
    fn screen(self) -> &'static str {
        match self {
            Shell::Desktop => "1400x900x24",
            Shell::Kiosk => "1080x1920x24",
        }
    }
}

/// Builds what is needed, opens the hall unless `--hall` names one, and shows the window until it is closed.
pub fn run(shell: Shell, arguments: &Arguments) -> Result<ExitCode> {
    let release = arguments.has("release");
    if arguments.text("hall").is_some() && arguments.text("port").is_some() {
        bail!("`--port` is for a hall that is started here, `--hall` names one that runs");
    }
    let screen = if has_display() { None } else { Some(Screen::prepare()?) };
    let own = match arguments.text("hall") {
        Some(_) => None,
        None => Some(run::Place::from(arguments)?),
    };
    if own.is_some() {
        run::build(release)?;
    }
    build(&[shell], release)?;
    bundle::build_shell(bundle_profile(release))?;

    let mut hall = match &own {
        Some(place) => {
            say("starting the hall");
            Some(run::start(&workspace::backend(release), place.port, &place.data, None)?)
        }
        None => None,
    };
    let signals = run::forward_signals(hall.as_ref().map(Child::id))?;
    if let (Some(hall), Some(place)) = (&mut hall, &own) {
        if let Some(ended) = run::wait_until_ready(hall, place.port, signals)? {
            return Ok(run::exit_code(ended));
        }
        print!("{}", run::welcome(place.port, &place.data));
    }

    let screen = screen.map(|screen| screen.open(shell)).transpose()?;
    let mut window = window(shell, release, arguments, own.as_ref());
    match (shell, arguments.text("kiosk"), &own) {
        (Shell::Kiosk, Some(file), _) => {
            window.args(["--kiosk", file]);
        }
        (Shell::Kiosk, None, Some(place)) => {
            window.arg("--kiosk").arg(demo_kiosk(&place.data)?);
        }
        _ => {}
    }
    if let Some(screen) = &screen {
        say(format!(
            "there is no display: the window opens on a virtual one; `import -display {0} -window root window.png` \
             takes a picture of it (Debian: imagemagick)",
            screen.display
        ));
        window.env("DISPLAY", &screen.display).env("GDK_BACKEND", "x11");
    }
    let mut window = window.spawn().context("could not start the window")?;
    say("the window is open; close it or press Ctrl-C to end");
    let ended = loop {
        if let Some(ended) = window.try_wait()? {
            break ended;
        }
        let hall_ended = match &mut hall {
            Some(hall) => hall.try_wait()?.is_some(),
            None => false,
        };
        if hall_ended || signals.load(Ordering::SeqCst) > 0 {
            terminate(&window);
            break window.wait()?;
        }
        thread::sleep(Duration::from_millis(50));
    };
    if let Some(mut hall) = hall {
        terminate(&hall);
        run::wait_until_ended(&mut hall, signals)?;
        say("the hall is closed; its data stays");
    }
    let asked = signals.load(Ordering::SeqCst) > 0;
    Ok(if asked {
        ExitCode::SUCCESS
    } else {
        run::exit_code(ended)
    })
}

/// The window's command. What a desktop keeps stands with the data of the hall that was started for it.
fn window(shell: Shell, release: bool, arguments: &Arguments, own: Option<&run::Place>) -> Command {
    let mut window = Command::new(program(shell, release));
    window.arg("--ui").arg(workspace::shell_bundle().join("shell"));
    match (own, arguments.text("hall")) {
        (Some(place), _) => {
            window.args(["--hall", &format!("http://127.0.0.1:{}", place.port)]);
            window.arg("--data").arg(place.data.join(shell.package()));
        }
        (None, Some(hall)) => {
            window.args(["--hall", hall]);
            if let Some(data) = arguments.text("data") {
                window.args(["--data", data]);
            }
        }
        (None, None) => {}
    }
    if let Some(updates) = arguments.text("updates") {
        window.args(["--updates", updates]);
    }
    // Its own process group: Ctrl-C reaches it once, from us.
    window.process_group(0);
    window
}

/// The kiosk of the demo city's central hall with simulated devices, written beside the hall's data where it is not there.
fn demo_kiosk(data: &Path) -> Result<PathBuf> {
    let (file, simulators) = (data.join("kiosk.json"), data.join("simulators.json"));
    if !file.exists() {
        std::fs::write(&file, DEMO_KIOSK)?;
    }
    if !simulators.exists() {
        std::fs::write(&simulators, DEMO_SIMULATORS)?;
        std::fs::write(simulators.with_file_name("paper.png"), DEMO_PAPER)?;
    }
    say(format!(
        "the devices are simulated: what they do stands in {} (docs/kiosk.md)",
        simulators.display()
    ));
    Ok(file)
}

/// Builds shells, with what Debian calls the web view.
///
/// # Errors
/// Something is missing and cannot be installed, or does not build.
pub fn build(shells: &[Shell], release: bool) -> Result<()> {
    web_view()?;
    let mut build = workspace::cargo();
    build.arg("build");
    for shell in shells {
        build.args(["-p", shell.package()]);
    }
    if release {
        build.arg("--release");
    }
    process::run_quietly("shells", &mut build).context("could not build the shells")
}

/// Makes sure that shells can be compiled.
///
/// # Errors
/// Something is missing and cannot be installed.
pub fn web_view() -> Result<()> {
    toolchain::c_compiler()?;
    debian::install("the windows of desktop and kiosk", &WEB_VIEW)
}

fn program(shell: Shell, release: bool) -> PathBuf {
    programs(release).join(shell.package())
}

fn programs(release: bool) -> PathBuf {
    workspace::target().join(if release { "release" } else { "debug" })
}

fn bundle_profile(release: bool) -> bundle::Profile {
    if release {
        bundle::Profile::Release
    } else {
        bundle::Profile::Dev
    }
}

fn terminate(child: &Child) {
    process::succeeds(Command::new("kill").args(["-TERM", &child.id().to_string()]));
}

fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|display| !display.is_empty()))
}

/// A screen that nobody looks at. Ends with the value.
struct Screen {
    server: Option<Child>,
    display: String,
}

impl Screen {
    /// Makes sure that there can be one.
    fn prepare() -> Result<Screen> {
        debian::install("a window without a display", &["xvfb"])?;
        Ok(Screen {
            server: None,
            display: String::new(),
        })
    }

    fn open(mut self, shell: Shell) -> Result<Screen> {
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                shell.screen(),
                "-nolisten",
                "tcp",
                "-noreset",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .context("could not start Xvfb")?;
        let mut number = String::new();
        if let Some(output) = server.stdout.take() {
            BufReader::new(output).read_line(&mut number)?;
        }
        self.server = Some(server);
        if number.trim().is_empty() {
            bail!("Xvfb did not open a display");
        }
        self.display = format!(":{}", number.trim());
        Ok(self)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

/// The tests of the shells: their units, then journeys in real windows.
///
/// # Errors
/// A test fails, or something is missing and cannot be installed.
pub fn journeys() -> Result<()> {
    web_view()?;
    process::run(workspace::cargo().args([
        "test",
        "-p",
        "onehall-bridge",
        "-p",
        "onehall-desktop",
        "-p",
        "onehall-kiosk",
    ]))?;
    prepare_to_drive()?;
    let mut command = driving();
    command.args(["--test", "--test-reporter=spec", "--test-concurrency=1"]);
    let mut files: Vec<_> = std::fs::read_dir(workspace::root().join(JOURNEYS))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    files.push(workspace::root().join("tests/scenarios/runner.test.mjs"));
    command.env("ONEHALL_TEST_PACKAGE", crate::package::packed(false)?);
    files.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    process::run_tests(command.args(files))
}

/// What carries scenarios out in the window of the desktop.
///
/// # Errors
/// Something does not build.
pub fn scenario_runner() -> Result<crate::scenarios::Carrier> {
    prepare_to_drive()?;
    Ok(Box::new(|| {
        let mut command = driving();
        command.arg("scenario.mjs");
        Ok(command)
    }))
}

/// Builds and installs what the journeys need.
///
/// # Errors
/// Something is missing and cannot be installed, or does not build.
pub fn prepare_to_drive() -> Result<()> {
    debian::install(
        "driving the windows of desktop and kiosk",
        &["webkit2gtk-driver", "xvfb"],
    )?;
    debian::install("the hands and the paper of a kiosk", &KIOSK)?;
    debian::install("a person's desktop around the window", &DESKTOP)?;
    // With what the browser's journeys are made of: axe-core looks at pages in windows, too.
    node::packages(test::JOURNEYS)?;
    test::build_backend(false)?;
    build(&[Shell::Desktop, Shell::Kiosk], false)?;
    bundle::build_shell(bundle::Profile::Release)
}

/// The windows measured, as a table for docs/benchmarks.md.
///
/// # Errors
/// Something is missing and cannot be installed, does not build, or shows nothing.
pub fn bench() -> Result<()> {
    debian::install("measuring the windows of desktop and kiosk", &["xvfb", "x11-apps"])?;
    toolchain::browser()?;
    node::prepare()?;
    test::build_backend(false)?;
    build(&[Shell::Desktop, Shell::Kiosk], true)?;
    bundle::build_shell(bundle::Profile::Release)?;
    bundle::build(bundle::Profile::Release)?;
    process::run(
        driving()
            .env("ONEHALL_TEST_SHELLS", programs(true))
            .env("ONEHALL_TEST_UI", workspace::bundle())
            .env("ONEHALL_TEST_CHROMIUM", toolchain::chromium())
            .arg("measure.mjs"),
    )
}

/// A day of a kiosk, replayed fast.
///
/// # Errors
/// Something is missing and cannot be installed, does not build, or grows from visit to visit.
pub fn kiosk_day(arguments: &Arguments) -> Result<ExitCode> {
    let visits: u32 = arguments.value("visits")?.unwrap_or(2_000);
    debian::install("a kiosk's visits", &["webkit2gtk-driver", "xvfb", "x11-apps"])?;
    debian::install("the hands and the paper of a kiosk", &KIOSK)?;
    node::prepare()?;
    test::build_backend(false)?;
    build(&[Shell::Kiosk], true)?;
    bundle::build_shell(bundle::Profile::Release)?;
    process::run(
        driving()
            .env("ONEHALL_TEST_SHELLS", programs(true))
            .env("ONEHALL_TEST_VISITS", visits.to_string())
            .arg("day.mjs"),
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Node in the folder of the journeys, with everything that they need named.
pub fn driving() -> Command {
    let mut command = Command::new("node");
    command
        .current_dir(workspace::root().join(JOURNEYS))
        .env("ONEHALL_TEST_BACKEND", workspace::backend(false))
        .env("ONEHALL_TEST_CITY", workspace::demo_city())
        .env("ONEHALL_TEST_SHELLS", programs(false))
        .env("ONEHALL_TEST_SHELL_UI", workspace::shell_bundle().join("shell"));
    command
}
