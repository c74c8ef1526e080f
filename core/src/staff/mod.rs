//! What the console asks. The console holds no state of its own: the backend decides.

use onehall_client::staff::{Command as C, Reply as R};
use onehall_protocol::cases::{QueueQuery, QueueScope};
use onehall_protocol::passkeys::{AddPasskey, PasskeyAnswer};
use onehall_protocol::staff::{AuditQuery, StaffSession};
use onehall_protocol::{CoreError, ErrorCode};

use crate::{Core, api};

impl Core {
    #[allow(clippy::unit_arg)] // Some requests are answered by nothing, in the same shape as the others.
    pub(crate) async fn staff(&self, command: C) -> Result<R, CoreError> {
        Ok(match command {
            C::GetPreferences(_) => R::GetPreferences(self.load_preferences().await),
            C::SetPreferences(ask) => R::SetPreferences(self.set_preferences(ask.preferences).await?),
            C::RestoreSession(_) => R::RestoreSession(self.restore_staff_session().await?),
            C::LogIn(ask) => R::LogIn(self.fetch(api::post("/staff/session").json(&ask.login).open()).await?),
            C::ConfirmLogIn(ask) => {
                let request = api::post("/staff/session/second-factor")
                    .json(&ask.second_factor)
                    .open();
                R::ConfirmLogIn(self.staff_entered(request).await?)
            }
            C::ConfirmWithPasskey(ask) => {
                let request = api::post("/staff/session/passkey").json(&ask.factor).open();
                R::ConfirmWithPasskey(self.staff_entered(request).await?)
            }
            C::StepUpOptions(_) => {
                R::StepUpOptions(self.fetch(api::post("/staff/session/proof/passkey-options")).await?)
            }
            C::StepUpWithPasskey(ask) => {
                let answer = PasskeyAnswer {
                    credential: ask.credential,
                };
                R::StepUpWithPasskey(
                    self.send_only(api::post("/staff/session/proof/passkey").json(&answer))
                        .await?,
                )
            }
            C::ListPasskeys(_) => R::ListPasskeys(self.fetch(api::get("/staff/passkeys")).await?),
            C::PasskeyOptions(_) => R::PasskeyOptions(self.fetch(api::post("/staff/passkeys/options")).await?),
            C::AddPasskey(ask) => {
                let new = AddPasskey {
                    name: ask.name,
                    credential: ask.credential,
                };
                R::AddPasskey(self.fetch(api::post("/staff/passkeys").json(&new)).await?)
            }
            C::RemovePasskey(ask) => R::RemovePasskey(
                self.send_only(api::delete(format!("/staff/passkeys/{}", ask.id)))
                    .await?,
            ),
            C::StepUp(ask) => R::StepUp(
                self.send_only(api::post("/staff/session/proof").json(&ask.proof))
                    .await?,
            ),
            C::LogOut(_) => {
                let told = self.send_only(api::delete("/staff/session")).await;
                self.session_ended();
                match told {
                    Err(error) if error.code != ErrorCode::NotLoggedIn => return Err(error),
                    _ => R::LogOut(()),
                }
            }
            C::GetCatalog(_) => R::GetCatalog((*self.catalog().await?).clone()),
            C::GetForm(ask) => R::GetForm(self.form(&ask.form).await?),
            C::GetFormInputs(ask) => R::GetFormInputs(self.form_inputs(&ask.form).await?),
            C::GetQueue(ask) => R::GetQueue(self.fetch(api::get(queue_path(&ask.query))).await?),
            C::GetCase(ask) => R::GetCase(self.fetch(api::get(format!("/staff/cases/{}", ask.id))).await?),
            C::Act(ask) => R::Act(
                self.fetch(api::post(format!("/staff/cases/{}/actions", ask.id)).json(&ask.action))
                    .await?,
            ),
            C::UploadResult(ask) => R::UploadResult(self.upload_result(ask.id, ask.file, ask.transfer).await?),
            C::ReadFile(ask) => R::ReadFile(self.read_file_at(format!("/staff/files/{}", ask.id)).await?),
            C::RaiseLevel(ask) => {
                R::RaiseLevel(self.fetch(api::post("/staff/identity/checks").json(&ask.check)).await?)
            }
            C::AskAtWindow(ask) => {
                R::AskAtWindow(self.fetch(api::post("/staff/identity/claims").json(&ask.check)).await?)
            }
            C::NewKey(_) => R::NewKey(self.new_key()),
            C::ListHalls(_) => R::ListHalls(self.fetch(api::get("/halls")).await?),
            C::GetFloor(ask) => R::GetFloor(self.fetch(api::get(format!("/staff/halls/{}", ask.hall))).await?),
            C::SitAt(ask) => {
                let counters = format!("/staff/halls/{}/counters", ask.hall);
                let request = match ask.counter {
                    Some(counter) => api::post(format!("{counters}/{counter}")),
                    None => api::delete(counters),
                };
                R::SitAt(self.fetch(request).await?)
            }
            C::CallNext(ask) => {
                let request = api::post(format!("/staff/halls/{}/calls", ask.hall)).key(ask.key);
                R::CallNext(self.fetch(request).await?)
            }
            C::HandleTicket(ask) => {
                let path = format!("/staff/halls/{}/tickets/{}", ask.hall, ask.ticket);
                R::HandleTicket(self.fetch(api::post(path).key(ask.key).json(&ask.doing)).await?)
            }
            C::ListAccounts(_) => R::ListAccounts(self.fetch(api::get("/staff/accounts")).await?),
            C::CreateAccount(ask) => {
                R::CreateAccount(self.fetch(api::post("/staff/accounts").json(&ask.account)).await?)
            }
            C::ChangeAccount(ask) => R::ChangeAccount(
                self.fetch(api::patch(format!("/staff/accounts/{}", ask.id)).json(&ask.change))
                    .await?,
            ),
            C::ListAudit(ask) => R::ListAudit(self.fetch(api::get(audit_path("", &ask.query))).await?),
            C::CheckAudit(_) => R::CheckAudit(self.fetch(api::get("/staff/audit/chain")).await?),
            C::ExportAudit(ask) => R::ExportAudit(self.read_file_at(audit_path("/export", &ask.query)).await?),
            C::GetInsight(ask) => {
                let (from, to, by) = (ask.query.from, ask.query.to, ask.query.by.as_str());
                let path = format!("/staff/insight?from={from}&to={to}&by={by}");
                R::GetInsight(self.fetch(api::get(path)).await?)
            }
            C::GetUpdates(_) => R::GetUpdates(self.fetch(api::get("/staff/updates")).await?),
        })
    }

    /// A login that is whole with this request.
    async fn staff_entered(&self, request: api::ApiRequest) -> Result<StaffSession, CoreError> {
        let session = self.fetch(request).await?;
        self.another_visit();
        self.listen_for_pokes("/staff/events");
        Ok(session)
    }

    async fn restore_staff_session(&self) -> Result<Option<StaffSession>, CoreError> {
        match self.fetch::<StaffSession>(api::get("/staff/session")).await {
            Ok(session) => {
                self.listen_for_pokes("/staff/events");
                Ok(Some(session))
            }
            Err(error) if error.code == ErrorCode::NotLoggedIn => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn audit_path(what: &str, query: &AuditQuery) -> String {
    let days = [query.from, query.to].map(|day| day.map(|day| day.to_string()));
    let [from, to] = &days;
    let parts = [
        ("account", query.account.as_ref()),
        ("action", query.action.as_ref()),
        ("from", from.as_ref()),
        ("to", to.as_ref()),
        ("before", query.before.as_ref()),
    ];
    let asked = parts.into_iter().filter_map(|(name, value)| {
        let value = value.filter(|value| !value.is_empty())?;
        Some(format!("{name}={}", api::query_value(value)))
    });
    let asked: Vec<String> = asked.collect();
    format!("/staff/audit{what}?{}", asked.join("&"))
}

fn queue_path(query: &QueueQuery) -> String {
    let scope = match query.scope {
        QueueScope::Mine => "mine",
        QueueScope::Authority => "authority",
        QueueScope::Ended => "ended",
    };
    let mut path = format!("/staff/cases?scope={scope}");
    if let Some(state) = query.state.and_then(|state| serde_json::to_value(state).ok()) {
        path.push_str(&format!("&state={}", state.as_str().unwrap_or_default()));
    }
    if let Some(search) = &query.search {
        path.push_str(&format!("&search={}", api::query_value(search)));
    }
    if let Some(after) = query.after {
        path.push_str(&format!("&after={after}"));
    }
    path
}
