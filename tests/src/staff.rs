//! A member of staff who uses the console's API.

use onehall_protocol::staff::StaffChallenge;
use reqwest::{Method, RequestBuilder, header};
use serde_json::{Value, json};

use crate::citizen::read;
use crate::hall::Site;
use crate::{Failure, Outcome};

/// A member of staff who is logged in.
#[derive(Debug, Clone)]
pub struct Clerk {
    cookie: String,
}

impl Clerk {
    /// Logs in with the demo account's password and the code that its authenticator app shows now. A code is good
    /// once: log in once per account and test.
    ///
    /// # Errors
    /// There is no such account, or the hall refuses.
    pub async fn login(site: &Site, account: &str) -> Outcome<Clerk> {
        let accounts: Vec<Value> = read(site.request(Method::GET, "/dev/staff-codes")).await?;
        let found = accounts.iter().find(|one| one["account"] == account);
        let found = found.ok_or_else(|| Failure::from(format!("there is no demo account {account}")))?;
        let body = json!({ "account": account, "password": found["password"] });
        let challenge: StaffChallenge = read(console(site, Method::POST, "/staff/session").json(&body)).await?;
        let body = json!({ "ticket": challenge.ticket, "code": found["code"] });
        let answer = console(site, Method::POST, "/staff/session/second-factor")
            .json(&body)
            .send()
            .await?
            .error_for_status()?;
        let cookie = answer
            .headers()
            .get(header::SET_COOKIE)
            .ok_or("no cookie came with the session")?
            .to_str()?;
        Ok(Clerk {
            cookie: cookie.split(';').next().unwrap_or_default().to_owned(),
        })
    }

    /// A request as this clerk.
    pub fn request(&self, site: &Site, method: Method, path: &str) -> RequestBuilder {
        console(site, method, path).header(header::COOKIE, &self.cookie)
    }
}

fn console(site: &Site, method: Method, path: &str) -> RequestBuilder {
    site.request_from("console", method, path)
}
