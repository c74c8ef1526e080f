//! What comes with the second part of a program in two parts: drafts and what is done with them, the form engine, and what
//! is done with a case. Who looks services up and sees where their matters stand does without.
//!
//! A program is cut at functions called `enter_part`; each is called only once the part is there, or for something that the
//! second part alone can have left. On a host without parts all of it is there from the start.

use onehall_client::citizen::{Command as C, Reply as R};
use onehall_protocol::{CoreError, ErrorCode};

use crate::Core;
use crate::outbox::Content;
use crate::ports::{BoxFuture, NoAnswer, boxed};

/// Carries out a command that [`Core::dispatch`] leaves to the second part.
#[inline(never)]
pub(crate) fn enter_part(core: Core, command: C) -> BoxFuture<'static, Result<R, CoreError>> {
    boxed(async move { core.dispatch_later(command).await })
}

impl Core {
    /// Loads the second part of the program, where it is not there.
    ///
    /// # Errors
    /// `network/offline`: it cannot be had now.
    pub(crate) async fn load_later(&self) -> Result<(), CoreError> {
        match &self.inner.host.later {
            Some(later) => later.load().await.map_err(|NoAnswer| self.error(ErrorCode::Offline)),
            None => Ok(()),
        }
    }

    #[allow(clippy::unit_arg)] // Some requests are answered by nothing, in the same shape as the others.
    async fn dispatch_later(&self, mut command: C) -> Result<R, CoreError> {
        self.about_known(&mut command);
        Ok(match command {
            #[cfg(feature = "native")]
            C::BeginPhoneLogin(_) => R::BeginPhoneLogin(self.begin_phone_login().await?),
            #[cfg(feature = "native")]
            C::AwaitPhoneLogin(_) => R::AwaitPhoneLogin(self.await_phone_login().await?),
            // A browser holds no key.
            #[cfg(not(feature = "native"))]
            C::BeginPhoneLogin(_) | C::AwaitPhoneLogin(_) => return Err(self.error(ErrorCode::NotFound)),
            C::GetLevel(_) => R::GetLevel(self.level().await?),
            C::MatchDocument(ask) => R::MatchDocument(self.match_document(ask.name, ask.citizen_id).await?),
            C::MatchFace(ask) => R::MatchFace(self.match_face(ask.picture).await?),
            C::AskHallVisit(_) => R::AskHallVisit(self.ask_hall_visit().await?),
            C::PasskeyOptions(ask) => R::PasskeyOptions(self.passkey_options(ask.purpose).await?),
            C::LogInWithPasskey(ask) => R::LogInWithPasskey(self.log_in_with_passkey(ask.credential).await?),
            C::ListPasskeys(_) => R::ListPasskeys(self.passkeys().await?),
            C::AddPasskey(ask) => R::AddPasskey(self.add_passkey(ask.name, ask.credential).await?),
            C::RemovePasskey(ask) => R::RemovePasskey(self.remove_passkey(ask.id).await?),
            C::ProveWithPasskey(ask) => R::ProveWithPasskey(self.prove_with_passkey(ask.credential).await?),
            C::SendProofCode(ask) => R::SendProofCode(self.send_proof_code(ask.by).await?),
            C::ProveWithCode(ask) => R::ProveWithCode(self.prove_with_code(ask.code, ask.by).await?),
            C::ConfirmLogIn(ask) => R::ConfirmLogIn(self.confirm_log_in(ask.phone, ask.code, ask.citizen_id).await?),
            C::ListContacts(_) => R::ListContacts(self.contacts().await?),
            C::SendContactCode(ask) => R::SendContactCode(self.send_contact_code(ask.to).await?),
            C::AddContact(ask) => R::AddContact(self.add_contact(ask.to, ask.code).await?),
            C::LookAtMerge(ask) => R::LookAtMerge(self.look_at_merge(ask.ticket).await?),
            C::MergeAccounts(ask) => R::MergeAccounts(self.merge_accounts(ask.ticket).await?),
            C::AskForAccount(ask) => {
                R::AskForAccount(self.ask_for_account(ask.name, ask.citizen_id, ask.picture).await?)
            }
            C::StopClaim(ask) => R::StopClaim(self.stop_claim(ask.id).await?),
            C::TakeUpClaim(ask) => R::TakeUpClaim(self.take_up_claim(ask.id).await?),
            C::RemoveContact(ask) => R::RemoveContact(self.remove_contact(ask.id).await?),
            C::PutContactFirst(ask) => R::PutContactFirst(self.put_contact_first(ask.id).await?),
            C::GetAuthorization(ask) => R::GetAuthorization(self.authorization(&ask.request).await?),
            C::GrantAuthorization(ask) => {
                R::GrantAuthorization(self.grant_authorization(&ask.request, ask.scopes).await?)
            }
            C::RefuseAuthorization(ask) => R::RefuseAuthorization(self.refuse_authorization(&ask.request).await?),
            C::GetLogout(ask) => R::GetLogout(self.logout(&ask.request).await?),
            C::GetDevice(ask) => R::GetDevice(self.device(&ask.code).await?),
            C::LetDeviceIn(ask) => R::LetDeviceIn(self.let_device_in(&ask.code, ask.confirm).await?),
            C::RefuseDevice(ask) => R::RefuseDevice(self.refuse_device(&ask.code).await?),
            C::ListConsents(_) => R::ListConsents(self.consents().await?),
            C::WithdrawConsent(ask) => R::WithdrawConsent(self.withdraw_consent(&ask.client).await?),
            C::GetForm(ask) => R::GetForm(self.form(&ask.form).await?),
            C::GetFormInputs(ask) => R::GetFormInputs(self.form_inputs(&ask.form).await?),
            C::SearchList(ask) => R::SearchList(self.search_list(&ask.list, ask.query, ask.parent).await?),
            C::OpenDraft(ask) => R::OpenDraft(self.open_draft(ask.start).await?),
            C::GetDraft(ask) => R::GetDraft(self.draft(ask.id).await?),
            C::ChangeAnswers(ask) => R::ChangeAnswers(self.change_answers(ask.id, ask.changes, ask.page).await?),
            C::ViewDraft(ask) => R::ViewDraft(self.view_draft(ask.id, ask.page.as_deref()).await?),
            C::TypeAnswer(ask) => R::TypeAnswer(self.type_answer(ask.id, ask.path, &ask.text, ask.page).await?),
            C::PrepareSubmission(ask) => R::PrepareSubmission(self.prepare_submission(ask.id, ask.may_wait).await?),
            C::FlushDraft(ask) => R::FlushDraft(self.flush_draft(ask.id).await?),
            C::DismissLost(ask) => R::DismissLost(self.dismiss_lost(ask.id, ask.n).await?),
            C::AttendDraft(ask) => R::AttendDraft(self.attend_draft(ask.id, ask.here)?),
            C::GetHallAddress(_) => R::GetHallAddress(self.hall_address()),
            C::DiscardDraft(ask) => R::DiscardDraft(self.discard_draft(ask.id).await?),
            C::UploadFile(ask) => R::UploadFile(self.upload(ask.to, &ask.path, ask.file, ask.transfer).await?),
            C::ListUploads(ask) => R::ListUploads(self.uploads_to(ask.to)),
            C::AttachFile(ask) => R::AttachFile(self.attach_file(ask.draft, &ask.path, &ask.file).await?),
            C::CancelUpload(ask) => R::CancelUpload(self.cancel_upload(ask.transfer)),
            C::OfferedFiles(ask) => R::OfferedFiles(self.offered_files(ask.to, &ask.material).await?),
            C::ReuseOffered(ask) => R::ReuseOffered(self.reuse_offered(ask.to, &ask.reuse).await?),
            C::RemoveFile(ask) => R::RemoveFile(self.remove_file(ask.draft, ask.file).await?),
            C::ReadFile(ask) => R::ReadFile(self.read_file(ask.id).await?),
            C::NewKey(_) => R::NewKey(self.new_key()),
            C::Submit(ask) => {
                let (draft, submission) = (ask.id, ask.submission);
                let content = Content::Submission { draft, submission };
                R::Submit(self.hand_in(content, Some(ask.key), ask.wait_as).await?)
            }
            C::GetCase(ask) => R::GetCase(self.case(ask.id).await?),
            C::Supplement(ask) => {
                let (case, supplement) = (ask.id, ask.supplement);
                let content = Content::Supplement { case, supplement };
                R::Supplement(self.hand_in(content, Some(ask.key), ask.wait_as).await?)
            }
            #[cfg(feature = "own-terminal")]
            C::KeepSupplement(ask) => R::KeepSupplement(self.keep_supplement(ask.id, ask.typed).await?),
            #[cfg(feature = "own-terminal")]
            C::GetTypedSupplement(ask) => R::GetTypedSupplement(self.typed_supplement(ask.id, ask.requested_at).await?),
            C::Withdraw(ask) => {
                let (case, withdrawal) = (ask.id, ask.withdrawal);
                R::Withdraw(
                    self.hand_in(Content::Withdrawal { case, withdrawal }, None, ask.wait_as)
                        .await?,
                )
            }
            C::Rate(ask) => {
                let (case, rating) = (ask.id, ask.rating);
                R::Rate(
                    self.hand_in(Content::Rating { case, rating }, None, ask.wait_as)
                        .await?,
                )
            }
            C::ListQueued(_) => R::ListQueued(self.list_queued().await),
            C::CancelQueued(ask) => R::CancelQueued(self.cancel_queued(ask.id).await?),
            C::RetryQueued(ask) => R::RetryQueued(self.retry_queued(ask.id)?),
            C::ListSessions(_) => R::ListSessions(self.sessions().await?),
            C::EndSession(ask) => R::EndSession(self.end_session_elsewhere(ask.id).await?),
            C::EndOtherSessions(_) => R::EndOtherSessions(self.end_other_sessions().await?),
            C::ListDelegations(_) => R::ListDelegations(self.delegations().await?),
            C::Appoint(ask) => R::Appoint(self.invite_actor(&ask.invite).await?),
            C::OfferToAct(ask) => R::OfferToAct(self.ask_to_act(&ask.ask).await?),
            C::FindInvitation(ask) => R::FindInvitation(self.invitation(ask.code).await?),
            C::DecideDelegation(ask) => R::DecideDelegation(self.answer_delegation(ask.id, &ask.answer).await?),
            C::EndDelegation(ask) => R::EndDelegation(self.end_delegation(ask.id).await?),
            C::DownloadOwnData(ask) => R::DownloadOwnData(self.own_data(ask.child).await?),
            C::GetClosing(_) => R::GetClosing(self.closing().await?),
            C::SendClosingCode(_) => R::SendClosingCode(self.send_closing_code().await?),
            C::CloseAccount(ask) => R::CloseAccount(self.close_account(ask.code).await?),
            #[cfg(feature = "own-terminal")]
            C::OpenForChild(ask) => R::OpenForChild(self.open_for_child(ask.name, ask.citizen_id).await?),
            #[cfg(feature = "own-terminal")]
            C::ListHalls(_) => R::ListHalls(self.halls().await?),
            #[cfg(feature = "own-terminal")]
            C::GetHall(ask) => R::GetHall(self.hall(&ask.code).await?),
            #[cfg(feature = "own-terminal")]
            C::GetDisplay(ask) => R::GetDisplay(self.hall_display(&ask.code).await?),
            #[cfg(feature = "own-terminal")]
            C::WatchHall(ask) => R::WatchHall(self.watch_hall(ask.code)),
            #[cfg(feature = "own-terminal")]
            C::TakeTicket(ask) => R::TakeTicket(self.take_ticket(&ask).await?),
            #[cfg(feature = "own-terminal")]
            C::ListTickets(_) => R::ListTickets(self.tickets().await?),
            #[cfg(feature = "own-terminal")]
            C::GetTicket(ask) => R::GetTicket(self.ticket(&ask.follow).await?),
            #[cfg(feature = "own-terminal")]
            C::LeaveQueue(ask) => R::LeaveQueue(self.leave_queue(&ask.follow).await?),
            #[cfg(feature = "own-terminal")]
            C::ListSlots(ask) => R::ListSlots(self.slots(&ask.hall, &ask.queue).await?),
            #[cfg(feature = "own-terminal")]
            C::ListAppointments(_) => R::ListAppointments(self.appointments().await?),
            #[cfg(feature = "own-terminal")]
            C::BookAppointment(ask) => R::BookAppointment(self.book_appointment(&ask).await?),
            #[cfg(feature = "own-terminal")]
            C::MoveAppointment(ask) => R::MoveAppointment(self.move_appointment(&ask).await?),
            #[cfg(feature = "own-terminal")]
            C::CancelAppointment(ask) => R::CancelAppointment(self.cancel_appointment(ask.id).await?),
            #[cfg(feature = "own-terminal")]
            C::CheckIn(ask) => R::CheckIn(self.check_in(&ask).await?),
            #[cfg(feature = "own-terminal")]
            C::CheckInByCode(ask) => R::CheckInByCode(self.check_in_by_code(&ask).await?),
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
            | C::WhySessionEnded(_)
            | C::GetCatalog(_)
            | C::SearchCatalog(_)
            | C::GetItem(_)
            | C::ListDrafts(_)
            | C::ListCases(_) => return Err(self.error(ErrorCode::Internal)),
        })
    }
}
