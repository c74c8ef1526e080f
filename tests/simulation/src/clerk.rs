//! The clerks, who take cases on while their citizens look. They sit in the hall: their network does not fail.

use std::sync::Arc;

use onehall_core::ports::Method;
use serde_json::{Value, json};
use tokio::task::AbortHandle;
use tokio::time::sleep;

use crate::chance::Chance;
use crate::hall::{CLERKS, clerk_code, clerk_token};
use crate::replica::{Parcel, serve};
use crate::world::World;

/// What they do without much ado.
const ACTIONS: [&str; 4] = ["pass-pre-review", "accept", "approve", "issue"];

/// Begins; the handles end it.
pub(crate) fn begin(world: &Arc<World>) -> Vec<AbortHandle> {
    let work = |clerk: &'static str| {
        let world = Arc::clone(world);
        tokio::spawn(async move { work(&world, clerk).await }).abort_handle()
    };
    CLERKS.into_iter().map(work).collect()
}

async fn work(world: &World, clerk: &str) {
    let mut chance = Chance::new(world.plan.seed, clerk);
    loop {
        sleep(world.span(chance.spread(200, 20_000))).await;
        let queue = ask(world, &mut chance, clerk, Method::Get, "/staff/cases", None).await;
        let cases = queue["cases"].as_array().cloned().unwrap_or_default();
        let Some(id) = chance.pick(&cases).and_then(|case| case["id"].as_str()) else {
            continue;
        };
        let case = ask(
            world,
            &mut chance,
            clerk,
            Method::Get,
            &format!("/staff/cases/{id}"),
            None,
        )
        .await;
        let actions = case["actions"].as_array().cloned().unwrap_or_default();
        let codes: Vec<&str> = actions.iter().filter_map(|action| action["code"].as_str()).collect();
        let Some(action) = ACTIONS.into_iter().find(|action| codes.contains(action)) else {
            continue;
        };
        let mut body = json!({ "action": action, "version": case["version"] });
        if action == "issue" {
            body["document_number"] = format!("N{}", world.new_number()).into();
        }
        let path = format!("/staff/cases/{id}/actions");
        let answer = ask(world, &mut chance, clerk, Method::Post, &path, Some(body.clone())).await;
        if answer["code"] == "identity/step_up_required" {
            // As at a console: the code is typed, and what was refused goes again.
            let proof = json!({ "code": clerk_code(world.moment()) });
            ask(
                world,
                &mut chance,
                clerk,
                Method::Post,
                "/staff/session/proof",
                Some(proof),
            )
            .await;
            ask(world, &mut chance, clerk, Method::Post, &path, Some(body)).await;
        }
    }
}

async fn ask(
    world: &World,
    chance: &mut Chance,
    clerk: &str,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> Value {
    let parcel = Parcel {
        method,
        path: format!("/api/v1{path}"),
        headers: vec![
            ("cookie".to_owned(), format!("onehall_staff={}", clerk_token(clerk))),
            ("onehall-terminal".to_owned(), "console".to_owned()),
            ("content-type".to_owned(), "application/json".to_owned()),
        ],
        body: body.map(|body| body.to_string().into_bytes()).unwrap_or_default(),
    };
    let replica = chance.below(world.replicas.len() as u64) as usize;
    let answer = serve(world, replica, parcel).await;
    world.tell(format_args!(
        "{clerk} {} {path}: {}",
        method.as_str(),
        answer.as_ref().map_or(0, |answer| answer.status)
    ));
    answer.map_or(Value::Null, |answer| {
        serde_json::from_slice(&answer.body).unwrap_or_default()
    })
}
