//! AWS Signature Version 4 in headers, as every S3-compatible store checks it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use time::OffsetDateTime;
use time::macros::format_description;

use super::super::sha256_of;

/// Who signs, and for what.
#[derive(Clone)]
pub struct Signer {
    /// The region, `us-east-1` where a store knows none.
    pub region: String,
    /// The key's public name.
    pub access_key: String,
    /// The key.
    pub secret_key: String,
}

/// What is signed of a request.
pub struct Signed<'a> {
    /// `GET`, `PUT`, `DELETE`.
    pub method: &'a str,
    /// `host` or `host:port`.
    pub host: &'a str,
    /// The path, written as on the wire.
    pub path: &'a str,
    /// The query, written as on the wire; its names in order.
    pub query: &'a str,
    /// Further headers that the store must get as they are: names in lower case.
    pub headers: &'a [(&'static str, String)],
    /// SHA-256 of the body, hex.
    pub payload: &'a str,
}

impl Signer {
    /// The headers to send besides: date, hash of the body, signature.
    #[must_use]
    pub fn headers(&self, request: &Signed<'_>, now: OffsetDateTime) -> Vec<(&'static str, String)> {
        let moment = now
            .format(format_description!("[year][month][day]T[hour][minute][second]Z"))
            .unwrap_or_default();
        let day = moment.get(..8).unwrap_or_default();
        let mut headers: Vec<(&str, &str)> = vec![
            ("host", request.host),
            ("x-amz-content-sha256", request.payload),
            ("x-amz-date", &moment),
        ];
        headers.extend(request.headers.iter().map(|(name, value)| (*name, value.as_str())));
        headers.sort_unstable();
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let written: String = headers
            .iter()
            .map(|(name, value)| format!("{name}:{}\n", value.trim()))
            .collect();
        let canonical = format!(
            "{}\n{}\n{}\n{written}\n{names}\n{}",
            request.method, request.path, request.query, request.payload
        );
        let scope = format!("{day}/{}/s3/aws4_request", self.region);
        let text = format!(
            "AWS4-HMAC-SHA256\n{moment}\n{scope}\n{}",
            hex(&sha256_of(canonical.as_bytes()))
        );
        let mut key = mac(format!("AWS4{}", self.secret_key).as_bytes(), day);
        for part in [self.region.as_str(), "s3", "aws4_request"] {
            key = mac(&key, part);
        }
        let signature = hex(&mac(&key, &text));
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
            self.access_key
        );
        vec![
            ("x-amz-content-sha256", request.payload.to_owned()),
            ("x-amz-date", moment),
            ("authorization", authorization),
        ]
    }
}

fn mac(key: &[u8], text: &str) -> [u8; 32] {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"));
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}

/// Bytes as lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn signer() -> Signer {
        Signer {
            region: "us-east-1".to_owned(),
            access_key: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
        }
    }

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// The examples of "Signature Calculations for the Authorization Header" in Amazon's S3 API reference.
    #[test]
    fn the_examples_of_the_specification_are_signed_alike() {
        let signature = |query: &str, path: &str, headers: &[(&'static str, String)]| {
            let request = Signed {
                method: "GET",
                host: "examplebucket.s3.amazonaws.com",
                path,
                query,
                headers,
                payload: EMPTY,
            };
            let headers = signer().headers(&request, datetime!(2013-05-24 00:00:00 UTC));
            let authorization = headers.last().map(|(_, value)| value.clone()).unwrap_or_default();
            authorization
                .rsplit_once("Signature=")
                .map(|(_, signature)| signature.to_owned())
        };
        assert_eq!(
            signature("", "/test.txt", &[("range", "bytes=0-9".to_owned())]).as_deref(),
            Some("f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
        );
        assert_eq!(
            signature("max-keys=2&prefix=J", "/", &[]).as_deref(),
            Some("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")
        );
        assert_eq!(
            signature("lifecycle=", "/", &[]).as_deref(),
            Some("fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")
        );
    }
}
