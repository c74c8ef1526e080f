//! What a case owes. All of it is the hall's to say, and nothing is kept: of money only what is so now is worth telling.
//! A change comes as a poke of the case.

use onehall_client::FileContent;
use onehall_client::citizen::Pay;
use onehall_protocol::payments::PaymentOf;
use onehall_protocol::{CaseId, CoreError, PaymentId};
use serde::de::DeserializeOwned;

use crate::{Core, api};

impl Core {
    pub(crate) async fn payment<T: DeserializeOwned>(&self, case: CaseId) -> Result<T, CoreError> {
        self.fetch(api::get(path(case, ""))).await
    }

    pub(crate) async fn pay<T: DeserializeOwned>(&self, ask: &Pay) -> Result<T, CoreError> {
        let request = api::post(path(ask.case, "")).key(ask.key).json(&ask.payment);
        self.fetch(request).await
    }

    pub(crate) async fn ask_payment<T: DeserializeOwned>(
        &self,
        case: CaseId,
        payment: PaymentId,
    ) -> Result<T, CoreError> {
        let request = api::post(path(case, "/confirmation")).json(&PaymentOf { payment });
        self.fetch(request).await
    }

    pub(crate) async fn cancel_payment<T: DeserializeOwned>(
        &self,
        case: CaseId,
        payment: PaymentId,
    ) -> Result<T, CoreError> {
        let request = api::post(path(case, "/cancellation")).json(&PaymentOf { payment });
        self.fetch(request).await
    }

    pub(crate) async fn payment_receipt(&self, case: CaseId) -> Result<FileContent, CoreError> {
        self.read_file_at(path(case, "/receipt")).await
    }
}

fn path(case: CaseId, what: &str) -> String {
    format!("/cases/{case}/payment{what}")
}
