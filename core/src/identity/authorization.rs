//! What applications and machines of others ask of who is logged in here, and what was allowed to them.

use onehall_protocol::authorization::{Allow, ConfirmDevice};
use onehall_protocol::{ClientId, CoreError, ErrorCode};
use serde::de::DeserializeOwned;

use crate::{Core, api};

impl Core {
    /// What an application asks; also for somebody who is not logged in yet.
    pub(crate) async fn authorization<T: DeserializeOwned>(&self, request: &str) -> Result<T, CoreError> {
        self.fetch(api::get(question_path(self, "authorizations", request)?))
            .await
    }

    /// Allows some of what an application asks for; where to go with the answer.
    pub(crate) async fn grant_authorization<T: DeserializeOwned>(
        &self,
        request: &str,
        scopes: Vec<String>,
    ) -> Result<T, CoreError> {
        let path = question_path(self, "authorizations", request)?;
        self.fetch(api::post(format!("{path}/grant")).json(&Allow { scopes }))
            .await
    }

    /// Refuses what an application asks for; where to go with the answer.
    pub(crate) async fn refuse_authorization<T: DeserializeOwned>(&self, request: &str) -> Result<T, CoreError> {
        let path = question_path(self, "authorizations", request)?;
        self.fetch(api::post(format!("{path}/refusal"))).await
    }

    /// What an application wishes that wants the citizen to log out.
    pub(crate) async fn logout<T: DeserializeOwned>(&self, request: &str) -> Result<T, CoreError> {
        self.fetch(api::get(question_path(self, "logouts", request)?)).await
    }

    /// Which machine shows a code, and what it asks for.
    pub(crate) async fn device<T: DeserializeOwned>(&self, code: &str) -> Result<T, CoreError> {
        self.fetch(api::get(self.device_path(code)?)).await
    }

    /// Lets a machine in.
    pub(crate) async fn let_device_in(&self, code: &str, confirm: ConfirmDevice) -> Result<(), CoreError> {
        let path = self.device_path(code)?;
        self.send_only(api::post(format!("{path}/grant")).json(&confirm)).await
    }

    /// Does not let a machine in.
    pub(crate) async fn refuse_device(&self, code: &str) -> Result<(), CoreError> {
        let path = self.device_path(code)?;
        self.send_only(api::post(format!("{path}/refusal"))).await
    }

    /// What was allowed, and to whom; the newest first.
    pub(crate) async fn consents<T: DeserializeOwned>(&self) -> Result<T, CoreError> {
        self.fetch(api::get("/identity/consents")).await
    }

    /// Takes back what was allowed to an application.
    pub(crate) async fn withdraw_consent(&self, client: &ClientId) -> Result<(), CoreError> {
        self.send_only(api::delete(format!("/identity/consents/{client}")))
            .await
    }

    /// The place of a machine's question.
    fn device_path(&self, code: &str) -> Result<String, CoreError> {
        let letters = letters(code);
        if letters.is_empty() {
            return Err(self.error(ErrorCode::NotFound));
        }
        Ok(format!("/devices/{letters}"))
    }
}

/// The place of a question, whose name came with an address that anybody may have made. What cannot be a name is not asked
/// for.
fn question_path(core: &Core, kind: &str, request: &str) -> Result<String, CoreError> {
    let named = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if request.is_empty() || !request.bytes().all(named) {
        return Err(core.error(ErrorCode::NotFound));
    }
    Ok(format!("/{kind}/{request}"))
}

/// The letters of a code, however it was typed: with spaces and hyphens, small, or as wide as a Chinese keyboard writes them.
fn letters(typed: &str) -> String {
    let narrow = |letter: char| match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        letter => letter,
    };
    let letters = typed.chars().map(narrow).filter(char::is_ascii_alphanumeric);
    letters.map(|letter| letter.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use async_trait::async_trait;
    use onehall_client::citizen::Reply;
    use onehall_protocol::identity::TerminalKind;
    use serde_json::{Value, json};

    use super::*;
    use crate::lock;
    use crate::ports::{Http, HttpRequest, HttpResponse, Method, NoAnswer};
    use crate::testing::{AT, Machine, answer, command, problem, text};

    /// A hall that one application and one machine ask, and that notes what it hears.
    #[derive(Default)]
    struct Hall {
        heard: Mutex<Vec<(Method, String, Option<Value>)>>,
    }

    fn client() -> Value {
        json!({"id": "bus", "name": text(), "operator": text()})
    }

    #[async_trait]
    impl Http for Hall {
        async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
            let path = request.url.trim_start_matches("/api/v1").to_owned();
            let body = request
                .body
                .as_deref()
                .map(|body| serde_json::from_slice(body).unwrap_or_else(|error| panic!("no JSON: {error}")));
            let said = match (request.method, path.as_str()) {
                (Method::Get, "/authorizations/a-_1") => (
                    200,
                    json!({"client": client(), "scopes": [], "assurance": "L1", "next": "ask"}),
                ),
                (Method::Post, "/authorizations/a-_1/grant") => {
                    (200, json!({"location": "https://bus.example/?code=1"}))
                }
                (Method::Post, "/authorizations/a-_1/refusal") => {
                    (200, json!({"location": "https://bus.example/?error=access_denied"}))
                }
                (Method::Get, "/devices/BCDFGHJK") => (
                    200,
                    json!({"client": client(), "scopes": [], "asked_at": AT, "assurance": "L1", "choices": ["10", "47"]}),
                ),
                (Method::Post, "/devices/BCDFGHJK/grant" | "/devices/BCDFGHJK/refusal")
                | (Method::Delete, "/identity/consents/bus") => (204, Value::Null),
                (Method::Get, "/logouts/a-_1") => (200, json!({"location": "https://bus.example/", "next": "ask"})),
                (Method::Get, "/identity/consents") => {
                    (200, json!([{"client": client(), "scopes": [], "given_at": AT}]))
                }
                _ => problem(404, "request/not_found"),
            };
            lock(&self.heard).push((request.method, path, body));
            Ok(answer(said))
        }
    }

    /// A request, as the hall heard it.
    type Heard = (Method, String, Option<Value>);

    fn asked(commands: Vec<Value>) -> (Vec<Result<Reply, ErrorCode>>, Vec<Heard>) {
        let (machine, hall) = (Arc::new(Machine::default()), Arc::new(Hall::default()));
        let core = Core::new(machine.host(hall.clone()), "", TerminalKind::Browser);
        let replies = commands.into_iter().map(|asked| {
            let reply = machine.wait(core.dispatch(command(asked)), 0);
            reply.map_err(|error| error.code)
        });
        let replies = replies.collect();
        let heard = lock(&hall.heard).clone();
        (replies, heard)
    }

    #[test]
    fn an_answer_to_an_application_leads_back_to_it() {
        let (replies, heard) = asked(vec![
            json!({"get_authorization": {"request": "a-_1"}}),
            json!({"grant_authorization": {"request": "a-_1", "scopes": ["openid"]}}),
            json!({"refuse_authorization": {"request": "a-_1"}}),
            json!({"get_logout": {"request": "a-_1"}}),
        ]);
        assert!(matches!(&replies[0], Ok(Reply::GetAuthorization(view)) if view.client.id.to_string() == "bus"));
        assert!(matches!(&replies[1], Ok(Reply::GrantAuthorization(onward)) if onward.location.ends_with("code=1")));
        assert!(
            matches!(&replies[2], Ok(Reply::RefuseAuthorization(onward)) if onward.location.ends_with("access_denied"))
        );
        assert!(matches!(&replies[3], Ok(Reply::GetLogout(view)) if view.location.is_some()));
        assert_eq!(heard[1].2, Some(json!({"scopes": ["openid"]})));
    }

    #[test]
    fn a_code_is_typed_as_people_type_it() {
        for typed in ["BCDF-GHJK", " bcdf ghjk ", "ＢＣＤＦ－ｇｈｊｋ"] {
            assert_eq!(letters(typed), "BCDFGHJK", "{typed}");
        }
        let (replies, heard) = asked(vec![
            json!({"get_device": {"code": "bcdf-ghjk"}}),
            json!({"let_device_in": {"code": "BCDF-GHJK", "confirm": {"number": "47", "scopes": ["openid"]}}}),
            json!({"refuse_device": {"code": "BCDFGHJK"}}),
        ]);
        assert!(matches!(&replies[0], Ok(Reply::GetDevice(view)) if view.choices.len() == 2));
        assert!(matches!(&replies[1], Ok(Reply::LetDeviceIn(()))));
        assert!(matches!(&replies[2], Ok(Reply::RefuseDevice(()))));
        assert_eq!(heard[1].2, Some(json!({"number": "47", "scopes": ["openid"]})));
    }

    #[test]
    fn what_was_allowed_is_taken_back_by_its_application() {
        let (replies, heard) = asked(vec![
            json!({"list_consents": {}}),
            json!({"withdraw_consent": {"client": "bus"}}),
        ]);
        assert!(matches!(&replies[0], Ok(Reply::ListConsents(all)) if all.len() == 1));
        assert!(matches!(&replies[1], Ok(Reply::WithdrawConsent(()))));
        assert_eq!(
            (heard[1].0, heard[1].1.as_str()),
            (Method::Delete, "/identity/consents/bus")
        );
    }

    #[test]
    fn an_address_that_somebody_made_up_reaches_no_other_route() {
        let made_up = ["", "..", "a/../../identity/session", "a%2f", "a?b", "名"];
        let mut commands = Vec::new();
        for request in made_up {
            for name in ["get_authorization", "refuse_authorization", "get_logout"] {
                commands.push(json!({name: {"request": request}}));
            }
            commands.push(json!({"grant_authorization": {"request": request, "scopes": []}}));
        }
        for code in ["", "..", "--", "名"] {
            commands.push(json!({"get_device": {"code": code}}));
            commands.push(json!({"refuse_device": {"code": code}}));
        }
        let (replies, heard) = asked(commands);
        assert!(
            replies.iter().all(|reply| matches!(reply, Err(ErrorCode::NotFound))),
            "{replies:?}"
        );
        assert!(heard.is_empty(), "{heard:?}");
    }
}
