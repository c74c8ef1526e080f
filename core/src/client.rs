//! The core in process, as the UI's client.

use futures::future::LocalBoxFuture;
use onehall_client::{CoreClient, Event, StaffClient, Subscription, citizen, staff};
use onehall_protocol::CoreError;

use crate::Core;

/// The citizen's client over a core in the same process.
pub struct LocalClient(pub Core);

impl CoreClient for LocalClient {
    fn dispatch(&self, command: citizen::Command) -> LocalBoxFuture<'static, Result<citizen::Reply, CoreError>> {
        let core = self.0.clone();
        Box::pin(async move { core.dispatch(command).await })
    }

    fn subscribe(&self, listener: Box<dyn Fn(Event)>) -> Subscription {
        subscribe(&self.0, listener)
    }
}

/// The console's client over a core in the same process.
pub struct LocalStaffClient(pub Core);

impl StaffClient for LocalStaffClient {
    fn dispatch(&self, command: staff::Command) -> LocalBoxFuture<'static, Result<staff::Reply, CoreError>> {
        let core = self.0.clone();
        Box::pin(async move { core.dispatch_staff(command).await })
    }

    fn subscribe(&self, listener: Box<dyn Fn(Event)>) -> Subscription {
        subscribe(&self.0, listener)
    }
}

fn subscribe(core: &Core, listener: Box<dyn Fn(Event)>) -> Subscription {
    let number = core.subscribe(crate::platform::local_listener(listener));
    let core = core.clone();
    Subscription::new(move || core.unsubscribe(number))
}
