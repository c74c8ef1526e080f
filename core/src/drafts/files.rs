//! Files that the hall has: those that a material can be instead of an upload, those of a draft, and reading one.

use onehall_client::FileContent;
use onehall_protocol::files::{ReuseFile, UploadTo};
use onehall_protocol::{CoreError, DraftId, FileId, MaterialCode};
use serde::de::DeserializeOwned;

use crate::{Core, api};

impl Core {
    pub(crate) async fn offered_files<T: DeserializeOwned>(
        &self,
        to: UploadTo,
        material: &MaterialCode,
    ) -> Result<T, CoreError> {
        let place = place_of(to);
        self.fetch(api::get(format!("{place}/materials/{material}/offers")))
            .await
    }

    pub(crate) async fn reuse_offered<T: DeserializeOwned>(
        &self,
        to: UploadTo,
        reuse: &ReuseFile,
    ) -> Result<T, CoreError> {
        let place = place_of(to);
        self.fetch(api::post(format!("{place}/files/reuse")).json(reuse)).await
    }

    pub(crate) async fn remove_file(&self, draft: DraftId, file: FileId) -> Result<(), CoreError> {
        self.send_only(api::delete(format!("/drafts/{draft}/files/{file}")))
            .await
    }

    pub(crate) async fn read_file(&self, id: FileId) -> Result<FileContent, CoreError> {
        self.read_file_at(format!("/files/{id}")).await
    }

    pub(crate) async fn read_file_at(&self, path: String) -> Result<FileContent, CoreError> {
        let answer = self.send(api::get(path)).await?;
        let name = answer
            .header("content-disposition")
            .and_then(file_name)
            .unwrap_or_else(|| "file".to_owned());
        let media_type = answer
            .header("content-type")
            .unwrap_or("application/octet-stream")
            .to_owned();
        Ok(FileContent {
            name,
            media_type,
            bytes: answer.body,
        })
    }
}

/// The path of what files go to.
fn place_of(to: UploadTo) -> String {
    match to {
        UploadTo::Draft(draft) => format!("/drafts/{draft}"),
        UploadTo::Case(case) => format!("/cases/{case}"),
    }
}

/// The name in a `Content-Disposition` header: `filename*=UTF-8''…` (RFC 6266) or `filename="…"`.
fn file_name(header: &str) -> Option<String> {
    if let Some((_, encoded)) = header.split_once("filename*=UTF-8''") {
        let encoded = encoded.split(';').next()?.trim();
        return percent_decoded(encoded);
    }
    let (_, quoted) = header.split_once("filename=\"")?;
    Some(quoted.split('"').next()?.to_owned())
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first == b'%' {
            let hex = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(hex, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_its_chinese_name() {
        let header = "attachment; filename=\"notice.pdf\"; filename*=UTF-8''%E9%80%9A%E7%9F%A5.pdf";
        assert_eq!(file_name(header).as_deref(), Some("通知.pdf"));
        assert_eq!(file_name("inline; filename=\"a.png\"").as_deref(), Some("a.png"));
        assert_eq!(file_name("inline"), None);
    }
}
