//! Commands that come over a bridge, where a reply is JSON again.
//!
//! What the core need not understand it hands on as the backend wrote it, and does not read it into types only to write it
//! anew. So what a newer backend says besides reaches a page of today, and a program that only speaks over the bridge (the
//! SDK) does not carry the code that reads and writes every type of the protocol.

use onehall_client::Outcome;
use onehall_client::citizen::{
    Command as C, GetItem, LogIn, LogOut, Rate, RequestCode, SearchCatalog, SetPreferences, Submit,
};
use onehall_protocol::{CaseId, CoreError, ErrorCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::bridge::NO_SUCH_CALL;
use crate::outbox::Content;
use crate::ports::{BoxFuture, boxed};
use crate::{Core, json};

/// The reply to a command.
pub(crate) struct Relayed {
    /// The command's name on the wire.
    pub(crate) name: &'static str,
    /// The content of the reply, as JSON.
    pub(crate) content: String,
}

/// A reply as it stands in the protocol.
fn written(name: &'static str, content: &impl Serialize) -> Relayed {
    // Wire types have string keys and no failing serialisers.
    let content = serde_json::to_string(content).unwrap_or_default();
    Relayed { name, content }
}

/// Carries out a command that [`Core::relay`] leaves to the second part of the program.
#[inline(never)]
fn enter_part(core: Core, name: String, fields: Value) -> BoxFuture<'static, Result<Relayed, CoreError>> {
    boxed(async move { core.relay_later(name, fields).await })
}

impl Core {
    /// Carries out the command of this name as [`Core::dispatch`] does.
    pub(crate) async fn relay(&self, name: String, fields: Value) -> Result<Relayed, CoreError> {
        if name != "get_preferences" {
            self.know_preferences().await;
        }
        Ok(match name.as_str() {
            "get_preferences" => {
                self.bare(&fields)?;
                written("get_preferences", &self.load_preferences().await)
            }
            "set_preferences" => {
                let ask: SetPreferences = self.read(fields)?;
                written("set_preferences", &self.set_preferences(ask.preferences).await?)
            }
            "restore_session" => {
                self.bare(&fields)?;
                written("restore_session", &self.restore_session().await?)
            }
            "request_code" => {
                let ask: RequestCode = self.read(fields)?;
                written("request_code", &self.request_code::<Value>(ask.phone).await?)
            }
            "log_in" => {
                let ask: LogIn = self.read(fields)?;
                written("log_in", &self.log_in(ask.phone, ask.code).await?)
            }
            "log_out" => {
                let ask: LogOut = self.read(fields)?;
                written("log_out", &self.log_out(ask.discard_unsent).await?)
            }
            "get_catalog" => {
                self.bare(&fields)?;
                Relayed {
                    name: "get_catalog",
                    content: self.catalog_written().await?,
                }
            }
            "search_catalog" => {
                let ask: SearchCatalog = self.read(fields)?;
                let number = self.search_asked(&ask.query);
                let hits = self.search_written(&ask.query, ask.language, ask.limit).await?;
                if let Some(number) = number {
                    self.searched(number, hits.len());
                }
                written("search_catalog", &hits)
            }
            "get_item" => {
                let ask: GetItem = self.read(fields)?;
                let item: Value = self.item(&ask.code).await?;
                self.item_seen(&ask.code);
                written("get_item", &item)
            }
            // Also the lists of who is logged in: the copy of what is theirs is kept by the second part, so it is there.
            _ => {
                self.load_later().await?;
                enter_part(self.clone(), name, fields).await?
            }
        })
    }

    /// A command's fields.
    fn read<T: DeserializeOwned>(&self, fields: Value) -> Result<T, CoreError> {
        json::read_value(fields).map_err(|_| self.unreadable(NO_SUCH_CALL))
    }

    /// A command has no fields.
    fn bare(&self, fields: &Value) -> Result<(), CoreError> {
        match fields {
            Value::Object(fields) if fields.is_empty() => Ok(()),
            _ => Err(self.unreadable(NO_SUCH_CALL)),
        }
    }

    async fn relay_later(&self, name: String, fields: Value) -> Result<Relayed, CoreError> {
        let mut command = self.read(Value::Object([(name, fields)].into_iter().collect()))?;
        self.about_known(&mut command);
        Ok(match command {
            C::ListDrafts(_) => written("list_drafts", &self.list_drafts::<Value>().await?),
            C::ListCases(_) => written("list_cases", &self.list_cases::<Value>().await?),
            C::GetCase(ask) => written("get_case", &self.case_watched(ask.id).await?),
            #[cfg(feature = "native")]
            C::BeginPhoneLogin(_) => written("begin_phone_login", &self.begin_phone_login().await?),
            #[cfg(feature = "native")]
            C::AwaitPhoneLogin(_) => written("await_phone_login", &self.await_phone_login().await?),
            // A browser holds no key.
            #[cfg(not(feature = "native"))]
            C::BeginPhoneLogin(_) | C::AwaitPhoneLogin(_) => return Err(self.error(ErrorCode::NotFound)),
            C::GetLevel(_) => written("get_level", &self.level().await?),
            C::MatchDocument(ask) => written("match_document", &self.match_document(ask.name, ask.citizen_id).await?),
            C::MatchFace(ask) => written("match_face", &self.match_face(ask.picture).await?),
            C::AskHallVisit(_) => written("ask_hall_visit", &self.ask_hall_visit::<Value>().await?),
            C::PasskeyOptions(ask) => written("passkey_options", &self.passkey_options(ask.purpose).await?),
            C::LogInWithPasskey(ask) => {
                written("log_in_with_passkey", &self.log_in_with_passkey(ask.credential).await?)
            }
            C::ListPasskeys(_) => written("list_passkeys", &self.passkeys::<Value>().await?),
            C::AddPasskey(ask) => {
                let added: Value = self.add_passkey(ask.name, ask.credential).await?;
                written("add_passkey", &added)
            }
            C::RemovePasskey(ask) => written("remove_passkey", &self.remove_passkey(ask.id).await?),
            C::ProveWithPasskey(ask) => written("prove_with_passkey", &self.prove_with_passkey(ask.credential).await?),
            C::SendProofCode(ask) => written("send_proof_code", &self.send_proof_code::<Value>(ask.by).await?),
            C::ProveWithCode(ask) => written("prove_with_code", &self.prove_with_code(ask.code, ask.by).await?),
            C::ConfirmLogIn(ask) => {
                let session = self.confirm_log_in(ask.phone, ask.code, ask.citizen_id).await?;
                written("confirm_log_in", &session)
            }
            C::ListContacts(_) => written("list_contacts", &self.contacts().await?),
            C::SendContactCode(ask) => written("send_contact_code", &self.send_contact_code::<Value>(ask.to).await?),
            C::AddContact(ask) => written("add_contact", &self.add_contact(ask.to, ask.code).await?),
            C::LookAtMerge(ask) => written("look_at_merge", &self.look_at_merge::<Value>(ask.ticket).await?),
            C::MergeAccounts(ask) => written("merge_accounts", &self.merge_accounts(ask.ticket).await?),
            C::AskForAccount(ask) => {
                let asked: Value = self.ask_for_account(ask.name, ask.citizen_id, ask.picture).await?;
                written("ask_for_account", &asked)
            }
            C::StopClaim(ask) => written("stop_claim", &self.stop_claim(ask.id).await?),
            C::TakeUpClaim(ask) => written("take_up_claim", &self.take_up_claim::<Value>(ask.id).await?),
            C::RemoveContact(ask) => written("remove_contact", &self.remove_contact(ask.id).await?),
            C::PutContactFirst(ask) => written("put_contact_first", &self.put_contact_first(ask.id).await?),
            C::GetAuthorization(ask) => {
                let asked: Value = self.authorization(&ask.request).await?;
                written("get_authorization", &asked)
            }
            C::GrantAuthorization(ask) => {
                let onward: Value = self.grant_authorization(&ask.request, ask.scopes).await?;
                written("grant_authorization", &onward)
            }
            C::RefuseAuthorization(ask) => {
                let onward: Value = self.refuse_authorization(&ask.request).await?;
                written("refuse_authorization", &onward)
            }
            C::GetLogout(ask) => written("get_logout", &self.logout::<Value>(&ask.request).await?),
            C::GetDevice(ask) => written("get_device", &self.device::<Value>(&ask.code).await?),
            C::LetDeviceIn(ask) => written("let_device_in", &self.let_device_in(&ask.code, ask.confirm).await?),
            C::RefuseDevice(ask) => written("refuse_device", &self.refuse_device(&ask.code).await?),
            C::ListConsents(_) => written("list_consents", &self.consents::<Value>().await?),
            C::WithdrawConsent(ask) => written("withdraw_consent", &self.withdraw_consent(&ask.client).await?),
            C::GetForm(ask) => written("get_form", &self.form(&ask.form).await?),
            C::GetFormInputs(ask) => written("get_form_inputs", &self.form_inputs(&ask.form).await?),
            C::SearchList(ask) => written(
                "search_list",
                &self.search_list(&ask.list, ask.query, ask.parent).await?,
            ),
            C::OpenDraft(ask) => {
                let draft = self.open_draft(ask.start).await?;
                self.draft_opened(&draft);
                written("open_draft", &draft)
            }
            C::GetDraft(ask) => {
                let draft = self.draft(ask.id).await?;
                self.draft_seen(draft.summary.id);
                written("get_draft", &draft)
            }
            C::ChangeAnswers(ask) => written(
                "change_answers",
                &self.change_answers(ask.id, ask.changes, ask.page).await?,
            ),
            C::ViewDraft(ask) => written("view_draft", &self.view_draft(ask.id, ask.page.as_deref()).await?),
            C::TypeAnswer(ask) => {
                let value = self.type_answer(ask.id, ask.path, &ask.text, ask.page).await?;
                written("type_answer", &value)
            }
            C::PrepareSubmission(ask) => written(
                "prepare_submission",
                &self.prepare_submission(ask.id, ask.may_wait).await?,
            ),
            C::FlushDraft(ask) => written("flush_draft", &self.flush_draft(ask.id).await?),
            C::DismissLost(ask) => written("dismiss_lost", &self.dismiss_lost(ask.id, ask.n).await?),
            C::AttendDraft(ask) => written("attend_draft", &self.attend_draft(ask.id, ask.here)?),
            C::GetHallAddress(_) => written("get_hall_address", &self.hall_address()),
            C::DiscardDraft(ask) => written("discard_draft", &self.discard_draft(ask.id).await?),
            C::UploadFile(ask) => {
                let file: Value = self.upload(ask.to, &ask.path, ask.file, ask.transfer).await?;
                written("upload_file", &file)
            }
            C::ListUploads(ask) => written("list_uploads", &self.uploads_to(ask.to)),
            C::AttachFile(ask) => {
                let attached = self.attach_file(ask.draft, &ask.path, &ask.file).await;
                written("attach_file", &attached?)
            }
            C::CancelUpload(ask) => written("cancel_upload", &self.cancel_upload(ask.transfer)),
            C::OfferedFiles(ask) => {
                let offers: Value = self.offered_files(ask.to, &ask.material).await?;
                written("offered_files", &offers)
            }
            C::ReuseOffered(ask) => {
                let file: Value = self.reuse_offered(ask.to, &ask.reuse).await?;
                written("reuse_offered", &file)
            }
            C::RemoveFile(ask) => written("remove_file", &self.remove_file(ask.draft, ask.file).await?),
            C::ReadFile(ask) => {
                let file = self.read_file(ask.id).await?;
                self.file_read(ask.id);
                written("read_file", &file)
            }
            C::NewKey(_) => written("new_key", &self.new_key()),
            C::Submit(ask) => written("submit", &self.submit_watched(ask).await?),
            C::Supplement(ask) => {
                let (case, supplement) = (ask.id, ask.supplement);
                let content = Content::Supplement { case, supplement };
                let outcome = self.hand_in::<Value>(content, Some(ask.key), ask.wait_as).await;
                written("supplement", &outcome?)
            }
            #[cfg(feature = "own-terminal")]
            C::KeepSupplement(ask) => written("keep_supplement", &self.keep_supplement(ask.id, ask.typed).await?),
            #[cfg(feature = "own-terminal")]
            C::GetTypedSupplement(ask) => {
                let typed = self.typed_supplement(ask.id, ask.requested_at).await?;
                written("get_typed_supplement", &typed)
            }
            C::Withdraw(ask) => {
                let (case, withdrawal) = (ask.id, ask.withdrawal);
                let content = Content::Withdrawal { case, withdrawal };
                let outcome = self.hand_in::<Value>(content, None, ask.wait_as).await;
                written("withdraw", &outcome?)
            }
            C::Rate(ask) => written("rate", &self.rate_watched(ask).await?),
            C::ListQueued(_) => written("list_queued", &self.list_queued().await),
            C::CancelQueued(ask) => written("cancel_queued", &self.cancel_queued(ask.id).await?),
            C::RetryQueued(ask) => written("retry_queued", &self.retry_queued(ask.id)?),
            C::ListSessions(_) => written("list_sessions", &self.sessions::<Value>().await?),
            C::EndSession(ask) => written("end_session", &self.end_session_elsewhere(ask.id).await?),
            C::EndOtherSessions(_) => written("end_other_sessions", &self.end_other_sessions().await?),
            C::WhySessionEnded(_) => written("why_session_ended", &self.why_session_ended()),
            C::ListDelegations(_) => written("list_delegations", &self.delegations::<Value>().await?),
            C::Appoint(ask) => written("appoint", &self.invite_actor::<Value>(&ask.invite).await?),
            C::OfferToAct(ask) => written("offer_to_act", &self.ask_to_act::<Value>(&ask.ask).await?),
            C::FindInvitation(ask) => written("find_invitation", &self.invitation::<Value>(ask.code).await?),
            C::DecideDelegation(ask) => {
                let answered: Value = self.answer_delegation(ask.id, &ask.answer).await?;
                written("decide_delegation", &answered)
            }
            C::EndDelegation(ask) => written("end_delegation", &self.end_delegation(ask.id).await?),
            C::DownloadOwnData(ask) => written("download_own_data", &self.own_data(ask.child).await?),
            C::GetClosing(_) => written("get_closing", &self.closing::<Value>().await?),
            C::SendClosingCode(_) => written("send_closing_code", &self.send_closing_code::<Value>().await?),
            C::CloseAccount(ask) => written("close_account", &self.close_account(ask.code).await?),
            #[cfg(feature = "own-terminal")]
            C::OpenForChild(ask) => {
                let opened: Value = self.open_for_child(ask.name, ask.citizen_id).await?;
                written("open_for_child", &opened)
            }
            #[cfg(feature = "own-terminal")]
            C::ListHalls(_) => written("list_halls", &self.halls::<Value>().await?),
            #[cfg(feature = "own-terminal")]
            C::GetHall(ask) => written("get_hall", &self.hall::<Value>(&ask.code).await?),
            #[cfg(feature = "own-terminal")]
            C::GetDisplay(ask) => written("get_display", &self.hall_display::<Value>(&ask.code).await?),
            #[cfg(feature = "own-terminal")]
            C::WatchHall(ask) => written("watch_hall", &self.watch_hall(ask.code)),
            #[cfg(feature = "own-terminal")]
            C::TakeTicket(ask) => written("take_ticket", &self.take_ticket::<Value>(&ask).await?),
            #[cfg(feature = "own-terminal")]
            C::ListTickets(_) => written("list_tickets", &self.tickets::<Value>().await?),
            #[cfg(feature = "own-terminal")]
            C::GetTicket(ask) => written("get_ticket", &self.ticket::<Value>(&ask.follow).await?),
            #[cfg(feature = "own-terminal")]
            C::LeaveQueue(ask) => written("leave_queue", &self.leave_queue::<Value>(&ask.follow).await?),
            #[cfg(feature = "own-terminal")]
            C::ListSlots(ask) => written("list_slots", &self.slots::<Value>(&ask.hall, &ask.queue).await?),
            #[cfg(feature = "own-terminal")]
            C::ListAppointments(_) => written("list_appointments", &self.appointments::<Value>().await?),
            #[cfg(feature = "own-terminal")]
            C::BookAppointment(ask) => written("book_appointment", &self.book_appointment::<Value>(&ask).await?),
            #[cfg(feature = "own-terminal")]
            C::MoveAppointment(ask) => written("move_appointment", &self.move_appointment::<Value>(&ask).await?),
            #[cfg(feature = "own-terminal")]
            C::CancelAppointment(ask) => {
                let cancelled: Value = self.cancel_appointment(ask.id).await?;
                written("cancel_appointment", &cancelled)
            }
            #[cfg(feature = "own-terminal")]
            C::CheckIn(ask) => written("check_in", &self.check_in::<Value>(&ask).await?),
            #[cfg(feature = "own-terminal")]
            C::CheckInByCode(ask) => written("check_in_by_code", &self.check_in_by_code::<Value>(&ask).await?),
            // A page of others draws no numbers, and opens no accounts.
            #[cfg(not(feature = "own-terminal"))]
            C::OpenForChild(_)
            | C::ListHalls(_)
            | C::GetHall(_)
            | C::GetDisplay(_)
            | C::WatchHall(_)
            | C::TakeTicket(_)
            | C::ListTickets(_)
            | C::GetTicket(_)
            | C::LeaveQueue(_)
            | C::ListSlots(_)
            | C::ListAppointments(_)
            | C::BookAppointment(_)
            | C::MoveAppointment(_)
            | C::CancelAppointment(_)
            | C::CheckIn(_)
            | C::CheckInByCode(_) => return Err(self.error(ErrorCode::NotFound)),
            // Carried out before it came here.
            C::GetPreferences(_)
            | C::SetPreferences(_)
            | C::RestoreSession(_)
            | C::RequestCode(_)
            | C::LogIn(_)
            | C::LogOut(_)
            | C::GetCatalog(_)
            | C::SearchCatalog(_)
            | C::GetItem(_) => return Err(self.error(ErrorCode::Internal)),
        })
    }

    async fn submit_watched(&self, ask: Submit) -> Result<Outcome<Value>, CoreError> {
        let (draft, submission) = (ask.id, ask.submission);
        let content = Content::Submission { draft, submission };
        let outcome = self.hand_in(content, Some(ask.key), ask.wait_as).await?;
        if let Outcome::Done(receipt) = &outcome
            && let Some(item) = parsed(receipt, "/item")
        {
            self.submitted(draft, item);
        }
        Ok(outcome)
    }

    async fn case_watched(&self, id: CaseId) -> Result<Value, CoreError> {
        let case: Value = self.case(id).await?;
        if let Some(item) = parsed(&case, "/item") {
            self.case_seen(id, &item, parsed(&case, "/result/file/id"));
        }
        Ok(case)
    }

    async fn rate_watched(&self, ask: Rate) -> Result<Outcome<Value>, CoreError> {
        let (case, rating) = (ask.id, ask.rating);
        let stars = rating.stars;
        let outcome = self
            .hand_in(Content::Rating { case, rating }, None, ask.wait_as)
            .await?;
        if let Outcome::Done(case) = &outcome
            && let Some(item) = parsed(case, "/item")
        {
            self.rated(item, stars);
        }
        Ok(outcome)
    }
}

/// The text at a pointer, as what it names.
fn parsed<T: std::str::FromStr>(reply: &Value, pointer: &str) -> Option<T> {
    reply.pointer(pointer)?.as_str()?.parse().ok()
}
