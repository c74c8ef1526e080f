//! What carries pokes between the replicas, killed and started again like everything else: without it they only come late.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use tokio::time::sleep;

use super::Failure;
use crate::chance::Chance;
use crate::world::{World, lock};

/// A nats-server.
pub(super) struct Nats {
    program: PathBuf,
    port: u16,
    running: Mutex<Option<Child>>,
}

impl Nats {
    pub(super) fn new(program: &Path) -> Result<Arc<Nats>, Failure> {
        let nats = Nats {
            program: program.to_owned(),
            port: TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port(),
            running: Mutex::default(),
        };
        nats.start()?;
        Ok(Arc::new(nats))
    }

    pub(super) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Starts it, where it does not run.
    pub(super) fn start(&self) -> std::io::Result<()> {
        let mut running = lock(&self.running);
        if running.is_none() {
            let mut command = Command::new(&self.program);
            command.args(["--addr", "127.0.0.1", "--port", &self.port.to_string()]);
            let silent = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            *running = Some(silent.spawn()?);
        }
        Ok(())
    }

    fn kill(&self) {
        if let Some(mut process) = lock(&self.running).take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Kills it now and then, until this is dropped.
pub(super) async fn interrupt(world: Arc<World>, nats: Arc<Nats>) {
    let mut chance = Chance::new(world.plan.seed, "nats");
    loop {
        sleep(world.span(chance.spread(5_000, 400_000))).await;
        world.count("crashes of what carries pokes between replicas");
        nats.kill();
        sleep(world.span(chance.spread(50, 80_000))).await;
        if let Err(why) = nats.start() {
            world.tell(format_args!("NATS does not start: {why}"));
        }
    }
}
