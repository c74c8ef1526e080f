//! A citizen who uses the hall over HTTP, as a terminal does for them.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use onehall_forms::{Filling, Form, Inputs};
use onehall_protocol::cases::CaseSummary;
use onehall_protocol::catalog::ServiceItem;
use onehall_protocol::drafts::{
    AnswerChange, Answers, DraftSaved, DraftView, Receipt, SaveDraft, StampedChange, StartDraft, SubmitDraft,
};
use onehall_protocol::files::{BeginUpload, FileView, UPLOAD_OFFSET, UploadTo, UploadView};
use onehall_protocol::{Date, DraftId, IdempotencyKey, PersonId, Timestamp, WriterId};
use onehall_sync::Clock;
use reqwest::{Method, RequestBuilder, Response, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::hall::Site;
use crate::samples::{self, Sample};
use crate::{Failure, Outcome};

/// A citizen who is logged in.
#[derive(Debug, Clone)]
pub struct Citizen {
    cookie: String,
}

/// A draft that is complete and can be submitted.
#[derive(Debug, Clone)]
pub struct Ready {
    /// The draft.
    pub draft: DraftId,
    /// What is submitted.
    pub submission: SubmitDraft,
}

/// A PNG of one point: the smallest file that is what it says.
pub const PICTURE: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x06, 0x00, 0x00, 0x00, 0x1f, 0x15, 0xc4, 0x89, 0x00, 0x00, 0x00, 0x0d, 0x49,
    0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0xf8, 0xcf, 0xc0, 0xf0, 0x1f, 0x00, 0x05, 0x00, 0x01, 0xff, 0x56, 0xc7, 0x2f,
    0x0d, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

/// Today in the demo city, eight hours ahead of UTC.
///
/// # Errors
/// The clock of this machine stands before 1970.
pub fn today() -> Outcome<Date> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(Timestamp::from_unix_millis(i64::try_from(now.as_millis())?)
        .at_offset(480)
        .0)
}

impl Citizen {
    /// Logs in with a one-time code. Any phone number has an account.
    ///
    /// # Errors
    /// The hall refuses.
    pub async fn login(site: &Site, phone: &str) -> Outcome<Citizen> {
        let body = json!({ "phone": phone });
        succeed(site.request(Method::POST, "/identity/codes").json(&body)).await?;
        let body = json!({ "phone": phone, "code": site.code_for(phone).await? });
        let answer = site
            .request(Method::POST, "/identity/session")
            .json(&body)
            .send()
            .await?
            .error_for_status()?;
        let cookie = answer
            .headers()
            .get(header::SET_COOKIE)
            .ok_or("no cookie came with the session")?
            .to_str()?;
        Ok(Citizen {
            cookie: cookie.split(';').next().unwrap_or_default().to_owned(),
        })
    }

    /// What their browser sends with each request.
    #[must_use]
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// A request as this citizen.
    pub fn request(&self, site: &Site, method: Method, path: &str) -> RequestBuilder {
        site.request(method, path).header(header::COOKIE, &self.cookie)
    }

    /// Starts the draft of an item, or opens the one that is there.
    ///
    /// # Errors
    /// The hall refuses.
    pub async fn start(&self, site: &Site, item: &str) -> Outcome<DraftView> {
        self.start_for(site, item, None).await
    }

    /// As [`Citizen::start`], for another principal.
    ///
    /// # Errors
    /// The hall refuses.
    pub async fn start_for(&self, site: &Site, item: &str, principal: Option<PersonId>) -> Outcome<DraftView> {
        let body = StartDraft {
            item: item.parse()?,
            principal,
            begun: None,
        };
        read(self.request(site, Method::POST, "/drafts").json(&body)).await
    }

    /// Saves answers.
    ///
    /// # Errors
    /// The hall refuses.
    pub async fn save(&self, site: &Site, draft: &DraftView, changes: Vec<AnswerChange>) -> Outcome<DraftSaved> {
        let mut clock = Clock::new(WriterId(Uuid::new_v4()));
        clock.receive(draft.clock);
        let changes = changes.into_iter().map(|change| StampedChange {
            path: change.path,
            value: change.value,
            stamp: clock.tick(0),
            seen: draft.summary.revision,
        });
        let body = SaveDraft {
            base_revision: draft.summary.revision,
            changes: changes.collect(),
            page: None,
        };
        read(
            self.request(site, Method::PATCH, &format!("/drafts/{}", draft.summary.id))
                .json(&body),
        )
        .await
    }

    /// Uploads a picture for a question.
    ///
    /// # Errors
    /// The hall refuses.
    pub async fn upload(&self, site: &Site, draft: DraftId, path: &str, name: &str) -> Outcome<FileView> {
        let answer = self.send_file(site, draft, path, (name, "image/png"), PICTURE).await?;
        let text = answer.text().await?;
        let view: UploadView =
            serde_json::from_str(&text).map_err(|error| Failure::from(format!("{error}: {text}")))?;
        view.file.ok_or_else(|| format!("the hall has no file: {text}").into())
    }

    /// Sends a file for a question as a terminal does, in pieces; gives the answer to the last of them, or the refusal.
    ///
    /// # Errors
    /// No answer comes.
    pub async fn send_file(
        &self,
        site: &Site,
        draft: DraftId,
        path: &str,
        (name, media_type): (&str, &str),
        bytes: &[u8],
    ) -> Outcome<Response> {
        let begin = BeginUpload {
            to: UploadTo::Draft(draft),
            path: Some(path.to_owned()),
            name: name.to_owned(),
            media_type: Some(media_type.to_owned()),
            size: bytes.len() as u64,
            sha256: Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect(),
        };
        let begun = self
            .request(site, Method::POST, "/uploads")
            .header("idempotency-key", Uuid::new_v4().to_string())
            .json(&begin)
            .send()
            .await?;
        if !begun.status().is_success() {
            return Ok(begun);
        }
        let view: UploadView = begun.json().await?;
        let mut offset = 0;
        loop {
            let end = bytes.len().min(offset + usize::try_from(view.chunk)?);
            let answer = self
                .request(site, Method::PATCH, &format!("/uploads/{}", view.id))
                .header(UPLOAD_OFFSET, offset)
                .header(header::CONTENT_TYPE, "application/partial-upload")
                .body(bytes[offset..end].to_vec())
                .send()
                .await?;
            offset = end;
            if offset == bytes.len() || !answer.status().is_success() {
                return Ok(answer);
            }
        }
    }

    /// Fills the form of an item with complete answers, its materials uploaded, everything saved.
    ///
    /// # Errors
    /// The hall refuses, or the answers are not complete.
    pub async fn fill(&self, site: &Site, sample: &Sample) -> Outcome<Ready> {
        self.fill_for(site, sample, None).await
    }

    /// As [`Citizen::fill`], for another principal: a company whose agent the citizen is.
    ///
    /// # Errors
    /// The hall refuses, or the answers are not complete.
    pub async fn fill_for(&self, site: &Site, sample: &Sample, principal: Option<PersonId>) -> Outcome<Ready> {
        let today = today()?;
        let draft = self.start_for(site, &sample.item, principal).await?;
        let id = draft.summary.id;
        let mut answers = sample.answers.clone();
        for (path, value) in &mut answers {
            if samples::is_material(value) {
                let file = self.upload(site, id, path, "material.png").await?;
                *value = Value::Array(vec![serde_json::to_value(file)?]);
            }
        }
        let form = form(site, &sample.item).await?;
        let filling = form.filling(answers.clone(), today);
        let errors = filling.errors();
        if !errors.is_empty() {
            return Err(format!("the answers to {} are not complete: {errors:?}", sample.item).into());
        }
        // What the profile filled in and the sample does not answer goes.
        let prefilled = draft.answers.keys().filter(|path| !answers.contains_key(*path));
        let gone = prefilled
            .map(|path| AnswerChange {
                path: path.clone(),
                value: Value::Null,
            })
            .collect::<Vec<_>>();
        let changes = answers.into_iter().map(|(path, value)| AnswerChange { path, value });
        let saved = self.save(site, &draft, changes.chain(gone).collect()).await?;
        let submission = onehall_client::submission(&filling, saved.revision);
        Ok(Ready { draft: id, submission })
    }

    /// Submits. The status tells a first time (201) from a repetition (200).
    ///
    /// # Errors
    /// The hall refuses or does not answer.
    pub async fn submit(&self, site: &Site, ready: &Ready, key: IdempotencyKey) -> Outcome<(StatusCode, Receipt)> {
        let answer = self.submission(site, ready, key).send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        if !status.is_success() {
            return Err(format!("the submission got {status}: {text}").into());
        }
        Ok((status, serde_json::from_str(&text)?))
    }

    /// The request that submits.
    pub fn submission(&self, site: &Site, ready: &Ready, key: IdempotencyKey) -> RequestBuilder {
        self.request(site, Method::POST, &format!("/drafts/{}/submission", ready.draft))
            .header("Idempotency-Key", key.to_string())
            .json(&ready.submission)
    }

    /// The citizen's cases.
    ///
    /// # Errors
    /// The hall refuses.
    pub async fn cases(&self, site: &Site) -> Outcome<Vec<CaseSummary>> {
        read(self.request(site, Method::GET, "/cases")).await
    }
}

/// A form with what it is evaluated with.
#[derive(Debug, Clone)]
pub struct HallForm {
    /// The form.
    pub form: Arc<Form>,
    /// The hall's calendar and lists.
    pub inputs: Inputs,
}

impl HallForm {
    /// The form with answers, evaluated as of a day.
    #[must_use]
    pub fn filling(&self, answers: Answers, as_of: Date) -> Filling {
        Filling::new(Arc::clone(&self.form), answers, self.inputs.context(as_of))
    }
}

/// The form of an item.
///
/// # Errors
/// There is none, or the engine does not take it.
pub async fn form(site: &Site, item: &str) -> Outcome<HallForm> {
    let item: ServiceItem = read(site.request(Method::GET, &format!("/catalog/items/{item}"))).await?;
    let form = item.form.ok_or("the item has no form")?;
    let path = format!("/forms/{}/{}", form.code, form.version);
    let definition: Value = read(site.request(Method::GET, &path)).await?;
    let inputs = read(site.request(Method::GET, &format!("{path}/inputs"))).await?;
    let form = Form::from_value(&definition).map_err(|findings| format!("the form does not load: {findings:?}"))?;
    Ok(HallForm {
        form: Arc::new(form),
        inputs,
    })
}

/// A new idempotency key.
#[must_use]
pub fn new_key() -> IdempotencyKey {
    IdempotencyKey(Uuid::new_v4())
}

/// Sends; the answer's JSON.
///
/// # Errors
/// Anything but a success.
pub async fn read<T: DeserializeOwned>(request: RequestBuilder) -> Outcome<T> {
    let answer = request.send().await?;
    let (status, url) = (answer.status(), answer.url().path().to_owned());
    let text = answer.text().await?;
    if !status.is_success() {
        return Err(format!("{url} got {status}: {text}").into());
    }
    serde_json::from_str(&text).map_err(|error| Failure::from(format!("{url}: {error}: {text}")))
}

/// Sends; only that it went well counts.
///
/// # Errors
/// Anything but a success.
pub async fn succeed(request: RequestBuilder) -> Outcome {
    let answer = request.send().await?;
    let status = answer.status();
    if status.is_success() {
        Ok(())
    } else {
        Err(format!("{status}: {}", answer.text().await?).into())
    }
}
