//! Who breaks things: crashes replicas, cuts terminals off.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio::time::sleep;

use crate::chance::Chance;
use crate::world::World;
use crate::{REPLICAS, TERMINALS};

/// Begins; the handles end it.
pub(crate) fn begin(world: &Arc<World>) -> Vec<AbortHandle> {
    let mut all = Vec::new();
    for replica in 0..REPLICAS {
        let world = Arc::clone(world);
        all.push(tokio::spawn(async move { crash(&world, replica).await }).abort_handle());
    }
    for terminal in 0..TERMINALS {
        let world = Arc::clone(world);
        all.push(tokio::spawn(async move { cut(&world, terminal).await }).abort_handle());
    }
    all
}

async fn crash(world: &World, replica: usize) {
    let mut chance = Chance::new(world.plan.seed, &format!("crashes {replica}"));
    loop {
        sleep(Duration::from_millis(chance.spread(1_000, 240_000))).await;
        world.replicas[replica].crash(world);
        sleep(Duration::from_millis(chance.spread(50, 8_000))).await;
        world.replicas[replica].start(world);
    }
}

async fn cut(world: &World, terminal: usize) {
    let mut chance = Chance::new(world.plan.seed, &format!("cuts {terminal}"));
    loop {
        sleep(Duration::from_millis(chance.spread(1_000, 180_000))).await;
        // From one replica, or from the network.
        let from: Vec<usize> = if chance.happens(500) {
            vec![chance.below(REPLICAS as u64) as usize]
        } else {
            (0..REPLICAS).collect()
        };
        world.tell(format_args!("t{terminal} is cut off from {from:?}"));
        from.iter()
            .for_each(|replica| world.network.set_cut(terminal, *replica, true));
        sleep(Duration::from_millis(chance.spread(100, 40_000))).await;
        world.tell(format_args!("t{terminal} reaches {from:?} again"));
        from.iter()
            .for_each(|replica| world.network.set_cut(terminal, *replica, false));
    }
}
