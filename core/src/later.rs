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
    async fn dispatch_later(&self, command: C) -> Result<R, CoreError> {
        Ok(match command {
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
            // Carried out before it came here.
            C::GetPreferences(_)
            | C::SetPreferences(_)
            | C::RestoreSession(_)
            | C::RequestCode(_)
            | C::LogIn(_)
            | C::LogOut(_)
            | C::GetCatalog(_)
            | C::SearchCatalog(_)
            | C::GetItem(_)
            | C::ListDrafts(_)
            | C::ListCases(_) => return Err(self.error(ErrorCode::Internal)),
        })
    }
}
