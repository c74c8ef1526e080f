//! Fills a running demo hall with applications at every stage, over its API: something to look at, for screenshots and
//! for people. `applications PORT`; prints the ids as JSON. Development mode only, once for each data folder.

use std::collections::BTreeMap;

use onehall_protocol::CaseId;
use onehall_protocol::identity::Session;
use onehall_protocol::staff::StaffSession;
use onehall_tests::citizen::{Citizen, new_key, read, today};
use onehall_tests::hall::Site;
use onehall_tests::people::People;
use onehall_tests::staff::Clerk;
use onehall_tests::{Outcome, samples};
use reqwest::Method;
use serde_json::{Value, json};

/// Who applies for what, and what clerks then do with it.
const APPLICATIONS: [(&str, &str, &[Step]); 8] = [
    (
        "zhang-min",
        "identity-card-renewal",
        &[
            Step("ps-window", "pass-pre-review"),
            Step("ps-window", "accept"),
            Step("ps-approver", "approve"),
            Step("ps-issuer", "issue"),
        ],
    ),
    (
        "zhang-min",
        "elder-allowance",
        &[
            Step("ca-window", "pass-pre-review"),
            Step("ca-window", "ask-supplement"),
        ],
    ),
    ("zhang-min", "vehicle-licence-renewal", &[]),
    ("wu-ping", "identity-card-renewal", &[]),
    (
        "zhao-xue",
        "identity-card-renewal",
        &[Step("ps-window", "pass-pre-review")],
    ),
    (
        "chen-yu",
        "residence-permit",
        &[Step("ps-window", "pass-pre-review"), Step("ps-window", "accept")],
    ),
    ("wang-lei", "birth-registration", &[]),
    ("liu-fang", "food-business-licence", &[]),
];

/// An account of staff, and the action that it takes.
struct Step(&'static str, &'static str);

#[tokio::main]
async fn main() -> Outcome {
    let port = std::env::args().nth(1).ok_or("usage: applications PORT")?.parse()?;
    let site = Site::at(port)?;
    let people = People::read()?;
    let mut citizens = BTreeMap::new();
    let mut clerks = BTreeMap::new();
    let mut cases = Vec::new();
    for (key, item, steps) in APPLICATIONS {
        if !citizens.contains_key(key) {
            // Once each: a hall sends a phone only so many codes.
            citizens.insert(key, Citizen::login(&site, people.phone(key)?).await?);
        }
        let citizen = &citizens[key];
        let sample = samples::complete_by(key, item, today()?)?;
        let principal = match &sample.principal {
            Some(company) => {
                let session: Session = read(citizen.request(&site, Method::GET, "/identity/session")).await?;
                let name = people.company(company)?;
                let found = session.principals.into_iter().find(|principal| principal.name == name);
                Some(found.ok_or_else(|| format!("{key} is no agent of {name}"))?.id)
            }
            None => None,
        };
        let ready = citizen.fill_for(&site, &sample, principal).await?;
        let (_, receipt) = citizen.submit(&site, &ready, new_key()).await?;
        for Step(account, action) in steps {
            if !clerks.contains_key(account) {
                clerks.insert(account, Clerk::login(&site, account).await?);
            }
            act(&site, &clerks[account], receipt.case_id, action)
                .await
                .map_err(|error| format!("{account}: {action}: {error}"))?;
        }
        cases.push(json!({ "citizen": key, "item": item, "case": receipt.case_id, "number": receipt.number }));
    }

    // And one that somebody has begun.
    let begun = citizens["zhang-min"]
        .start(&site, "marriage-registration-appointment")
        .await?;
    println!("{}", json!({ "cases": cases, "draft": begun.summary.id }));
    Ok(())
}

/// Takes an action on a case as it stands, with everything that the action asks for.
async fn act(site: &Site, clerk: &Clerk, case: CaseId, action: &str) -> Outcome {
    let path = format!("/staff/cases/{case}");
    let view: Value = read(clerk.request(site, Method::GET, &path)).await?;
    let can: Vec<&Value> = view["actions"].as_array().into_iter().flatten().collect();
    let Some(offered) = can.iter().find(|offered| offered["code"] == action) else {
        let who: StaffSession = read(clerk.request(site, Method::GET, "/staff/session")).await?;
        return Err(format!("{} cannot do this now, only: {can:?}", who.account).into());
    };
    let mut body = json!({ "action": action, "version": view["version"] });
    for input in offered["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        match input {
            "reason" => body["reason"] = "材料齐全，符合条件。".into(),
            "document_number" => body["document_number"] = "兰川证〔2026〕00017".into(),
            "supplement_items" => {
                let files = view["answers"].as_object().into_iter().flatten();
                let path = files
                    .filter(|(_, value)| samples::is_material(value))
                    .map(|(path, _)| path)
                    .next();
                let path = path.ok_or("the case has no material to ask for again")?;
                body["items"] = json!([{ "path": path, "reason": "照片反光，看不清号码，请重新拍摄上传。" }]);
            }
            _ => {}
        }
    }
    let _: Value = read(
        clerk
            .request(site, Method::POST, &format!("{path}/actions"))
            .json(&body),
    )
    .await?;
    Ok(())
}
