//! Who breaks things: crashes replicas, cuts terminals off, takes away what terminals have not read yet.

use std::sync::Arc;
use std::time::Duration;

use onehall_protocol::Timestamp;
use tokio::task::AbortHandle;
use tokio::time::sleep;

use crate::TERMINALS;
use crate::chance::Chance;
use crate::world::World;

/// Between two looks at a replica that starts.
const LOOK: Duration = Duration::from_millis(50);

/// Begins; the handles end it.
pub(crate) fn begin(world: &Arc<World>) -> Vec<AbortHandle> {
    let mut all = Vec::new();
    for replica in 0..world.replicas.len() {
        let world = Arc::clone(world);
        all.push(tokio::spawn(async move { crash(&world, replica).await }).abort_handle());
    }
    {
        let world = Arc::clone(world);
        all.push(tokio::spawn(async move { trim(&world).await }).abort_handle());
    }
    for terminal in 0..TERMINALS {
        let world = Arc::clone(world);
        all.push(tokio::spawn(async move { cut(&world, terminal).await }).abort_handle());
    }
    all
}

async fn crash(world: &World, replica: usize) {
    let mut chance = Chance::new(world.plan.seed, &format!("crashes {replica}"));
    let mut hastily = false;
    loop {
        sleep(world.span(chance.spread(1_000, 240_000))).await;
        world.replicas[replica].crash(world);
        sleep(world.span(chance.spread(50, 8_000))).await;
        world.replicas[replica].start(world);
        // Every other time it may crash before it serves.
        hastily = !hastily;
        while !hastily && !world.replicas[replica].serves().await {
            sleep(LOOK).await;
        }
    }
}

/// The hall keeps its log for a month; here for minutes, so that a terminal that was away reads a snapshot.
async fn trim(world: &World) {
    let mut chance = Chance::new(world.plan.seed, "trims");
    loop {
        sleep(world.span(chance.spread(5_000, 600_000))).await;
        let kept_ms = chance.spread(1_000, 600_000);
        let before = world.moment().unix_millis() - i64::try_from(kept_ms).unwrap_or(0);
        if world.hall.trim_logs(Timestamp::from_unix_millis(before)).await {
            world.count("logs of changes cut short");
            world.tell(format_args!("of the logs {kept_ms} ms are kept"));
        }
    }
}

async fn cut(world: &World, terminal: usize) {
    let mut chance = Chance::new(world.plan.seed, &format!("cuts {terminal}"));
    loop {
        sleep(world.span(chance.spread(1_000, 180_000))).await;
        // From one replica, or from the network.
        let replicas = world.replicas.len();
        let from: Vec<usize> = if chance.happens(500) {
            vec![chance.below(replicas as u64) as usize]
        } else {
            (0..replicas).collect()
        };
        world.count("times a terminal was cut off");
        world.tell(format_args!("t{terminal} is cut off from {from:?}"));
        from.iter()
            .for_each(|replica| world.network.set_cut(terminal, *replica, true));
        sleep(world.span(chance.spread(100, 40_000))).await;
        world.tell(format_args!("t{terminal} reaches {from:?} again"));
        from.iter()
            .for_each(|replica| world.network.set_cut(terminal, *replica, false));
    }
}
