//! Promises of the HTTP face that hold whatever the route.

use axum::http::Method;
use onehall_protocol::ErrorCode;
use serde_json::{Value, json};

use crate::config::Mode;
use crate::testing::{TestHall, TestTerminal};

const CODES: &str = "/api/v1/identity/codes";
const JSON: (&str, &str) = ("content-type", "application/json");
const PHONE: &str = "13800000001";

async fn post_raw(terminal: &mut TestTerminal, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
    let reply = terminal
        .send(Method::POST, CODES, headers, body.as_bytes().to_vec())
        .await;
    (reply.status, reply.json())
}

#[tokio::test]
async fn the_schema_of_forms_is_served_as_it_is_published() {
    let hall = TestHall::open().await;
    let reply = hall.browser().get("/schemas/onehall-form-1.schema.json").await;
    assert_eq!(
        (reply.status, reply.header("content-type").as_str()),
        (200, "application/schema+json")
    );
    let published = include_str!("../../../docs/schemas/onehall-form-1.schema.json");
    assert_eq!(String::from_utf8_lossy(&reply.body), published);
}

#[tokio::test]
async fn every_response_names_its_request_and_carries_the_security_headers() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    for path in [
        "/health",
        "/api/v1/catalog",
        "/api/v1/nothing",
        "/api/docs",
        "/",
        "/dev",
    ] {
        let reply = browser.get(path).await;
        assert_eq!(reply.header("x-request-id").len(), 36, "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(reply.header("cross-origin-opener-policy"), "same-origin", "{path}");
        let policy = reply.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"),
            "{path}: {policy}"
        );
        assert!(
            policy.ends_with("frame-ancestors 'none'") && !policy.contains("unsafe-inline"),
            "{path}: {policy}"
        );
    }
}

#[tokio::test]
async fn every_error_is_a_problem_in_the_language_that_was_asked_for() {
    let hall = TestHall::open().await;
    for (language, title) in [
        ("zh-CN,zh;q=0.9,en;q=0.8", "没有找到相关内容。"),
        (
            "fr, en-GB;q=0.8, zh;q=0.5",
            "There is nothing here, or it is not yours to see.",
        ),
        ("fr", "没有找到相关内容。"),
    ] {
        let reply = hall
            .browser()
            .send(Method::GET, "/api/v1/no/such", &[("accept-language", language)], vec![])
            .await;
        assert_eq!(reply.status, 404);
        assert_eq!(reply.header("content-type"), "application/problem+json");
        assert_eq!(reply.header("cache-control"), "no-store");
        let problem = reply.json();
        assert_eq!(problem["type"], "https://onehall.dev/errors/request/not_found");
        assert_eq!((&problem["title"], &problem["status"]), (&json!(title), &json!(404)));
        assert_eq!(problem["request_id"], reply.header("x-request-id").as_str());
    }
}

#[tokio::test]
async fn a_method_that_a_route_does_not_take_is_a_problem_too() {
    let hall = TestHall::open().await;
    let reply = hall.browser().send(Method::PUT, CODES, &[], vec![]).await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (405, "request/method_not_allowed")
    );
    let reply = hall.browser().send(Method::POST, "/health", &[], vec![]).await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (405, "request/method_not_allowed")
    );
}

#[tokio::test]
async fn a_mutation_of_another_sites_page_is_refused() {
    let hall = TestHall::open().await;
    let body = json!({ "phone": PHONE }).to_string();
    // A form: no header of ours.
    let mut form = hall.browser();
    form.headers.clear();
    assert_eq!(
        post_raw(&mut form, &[JSON], &body).await.1["code"],
        "request/cross_site"
    );
    // A script of another site, if a browser let it through.
    for header in [
        ("origin", "https://evil.test"),
        ("origin", "null"),
        ("origin", "http://hall.test.evil.test"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let (status, problem) = post_raw(&mut hall.browser(), &[JSON, header], &body).await;
        assert_eq!(
            (status, &problem["code"]),
            (403, &json!("request/cross_site")),
            "{header:?}"
        );
    }
    assert!(hall.messages.sent().is_empty());
    let own = [JSON, ("origin", "http://hall.test"), ("sec-fetch-site", "same-origin")];
    assert_eq!(post_raw(&mut hall.browser(), &own, &body).await.0, 202);
}

#[tokio::test]
async fn a_page_that_may_embed_services_acts_by_its_token_and_never_by_a_cookie() {
    let hall = TestHall::open_with(|config| config.embed_origins = vec!["https://bank.example".to_owned()]).await;
    let origin = [("origin", "https://bank.example"), ("sec-fetch-site", "cross-site")];
    let mut page = hall.terminal("mini_app");
    page.headers
        .extend(origin.map(|(name, value)| (name.to_owned(), value.to_owned())));

    let asked = [
        ("access-control-request-method", "PATCH"),
        (
            "access-control-request-headers",
            "authorization,onehall-terminal,content-type,idempotency-key",
        ),
    ];
    let preflight = page.send(Method::OPTIONS, "/api/v1/drafts", &asked, Vec::new()).await;
    assert_eq!(preflight.header("access-control-allow-origin"), "https://bank.example");
    assert!(
        preflight
            .header("access-control-allow-headers")
            .contains("authorization")
    );
    assert_eq!(preflight.header("access-control-allow-credentials"), "");

    let code = page.ask_code("13800000001").await;
    let login = json!({ "phone": "13800000001", "code": code });
    let granted = page.post("/api/v1/identity/tokens", login).await;
    assert_eq!(granted.status, 200, "{}", granted.json());
    assert!(page.cookies.is_empty(), "a token sets no cookie");
    assert_eq!(page.get("/api/v1/drafts").await.code(), "identity/not_logged_in");
    let token = granted.json()["token"].as_str().unwrap_or_default().to_owned();
    page.headers
        .push(("authorization".to_owned(), format!("Bearer {token}")));
    let drafts = page.get("/api/v1/drafts").await;
    assert_eq!(drafts.status, 200);
    assert_eq!(drafts.header("access-control-allow-origin"), "https://bank.example");

    // The same page with the cookie of somebody's browser: refused.
    let mut victim = hall.browser();
    victim.log_in("13800000002").await;
    let start = json!({ "item": "440100001000" });
    let own: Vec<_> = origin.to_vec();
    let stolen = victim
        .send(
            Method::POST,
            "/api/v1/drafts",
            &[own, vec![JSON]].concat(),
            start.to_string().into_bytes(),
        )
        .await;
    assert_eq!(stolen.code(), "request/cross_site");

    // What is not for pages of others stays closed to it.
    for path in ["/api/v1/dev/messages", "/api/v1/staff/session", "/metrics", "/"] {
        let answer = page.get(path).await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
    }
    let login = json!({ "account": "admin", "password": "x" });
    for path in [
        "/api/v1/staff/session",
        "/api/v1/authorizations/a/grant",
        "/api/v1/devices/BCDFGHJK/grant",
    ] {
        assert_eq!(
            page.post(path, login.clone()).await.code(),
            "request/cross_site",
            "{path}"
        );
    }

    // A page of a site that may not.
    let mut other = hall.terminal("mini_app");
    other
        .headers
        .push(("origin".to_owned(), "https://evil.test".to_owned()));
    assert_eq!(
        other.get("/api/v1/catalog").await.header("access-control-allow-origin"),
        ""
    );

    assert_eq!(page.delete("/api/v1/identity/session").await.status, 204);
    assert_eq!(page.get("/api/v1/drafts").await.code(), "identity/not_logged_in");
}

#[tokio::test]
async fn behind_a_proxy_the_public_address_is_the_only_origin() {
    let hall = TestHall::open_with(|config| {
        config.public_url = Some("https://hall.example".to_owned());
    })
    .await;
    let mut number = 0;
    for (origin, expected) in [("http://hall.test", 403), ("https://hall.example", 202)] {
        number += 1;
        let body = json!({ "phone": format!("1390000000{number}") }).to_string();
        let (status, _) = post_raw(&mut hall.browser(), &[JSON, ("origin", origin)], &body).await;
        assert_eq!(status, expected, "{origin}");
    }
    let reply = hall.browser().get("/health").await;
    assert!(reply.header("strict-transport-security").starts_with("max-age="));
}

#[tokio::test]
async fn a_terminal_that_is_none_is_refused() {
    let hall = TestHall::open().await;
    for kind in ["toaster", "system", "Browser", ""] {
        let reply = hall.terminal(kind).post(CODES, json!({ "phone": PHONE })).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (400, "request/invalid_parameter"),
            "{kind}"
        );
    }
}

#[tokio::test]
async fn an_unknown_field_is_refused_by_name() {
    let hall = TestHall::open().await;
    let reply = hall
        .browser()
        .post(CODES, json!({ "phone": PHONE, "admin": true }))
        .await;
    assert_eq!((reply.status, reply.code().as_str()), (400, "request/invalid_body"));
    assert_eq!(reply.json()["fields"], json!([{ "path": "admin", "code": "unknown" }]));
    assert!(hall.messages.sent().is_empty());
}

#[tokio::test]
async fn a_body_that_cannot_be_read_says_where_and_never_quotes_what_stands_there() {
    let hall = TestHall::open().await;
    for (body, line, field) in [
        ("{\"phone\":\n \"13800000001\"", 2, None),
        ("{\"phone\": {\"secret\": \"张敏\"}}", 1, Some(("phone", "invalid"))),
        ("{\"phone\": [\"张敏\"]}", 1, Some(("phone", "invalid"))),
        ("{}", 1, Some(("", "missing"))),
        ("{\"phone\":\"13800000001\"} trailing", 1, None),
        ("", 1, None),
    ] {
        let (status, problem) = post_raw(&mut hall.browser(), &[JSON], body).await;
        assert_eq!(
            (status, &problem["code"]),
            (400, &json!("request/invalid_body")),
            "{body}"
        );
        let text = problem.to_string();
        assert!(!text.contains("张敏") && !text.contains("13800000001"), "{text}");
        if !body.is_empty() {
            assert_eq!(problem["details"]["line"], line, "{body}: {text}");
        }
        if let Some((path, code)) = field {
            assert_eq!(problem["fields"], json!([{ "path": path, "code": code }]), "{body}");
        }
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_before_it_is_read() {
    let hall = TestHall::open().await;
    let large = json!({ "phone": "1".repeat(10 * 1024 * 1024) }).to_string();
    let (status, problem) = post_raw(&mut hall.browser(), &[JSON], &large).await;
    assert_eq!((status, &problem["code"]), (413, &json!("request/body_too_large")));
    let fits = json!({ "phone": "1".repeat(200 * 1024) }).to_string();
    assert_eq!(
        post_raw(&mut hall.browser(), &[JSON], &fits).await.1["code"],
        "identity/invalid_phone"
    );
}

#[tokio::test]
async fn a_body_of_another_type_is_refused() {
    let hall = TestHall::open().await;
    let body = json!({ "phone": PHONE }).to_string();
    for headers in [
        &[][..],
        &[("content-type", "text/plain")],
        &[("content-type", "application/x-www-form-urlencoded")],
    ] {
        let (status, problem) = post_raw(&mut hall.browser(), headers, &body).await;
        assert_eq!(
            (status, &problem["code"]),
            (415, &json!("request/unsupported_media_type"))
        );
    }
    let charset = [("content-type", "Application/JSON; charset=utf-8")];
    assert_eq!(post_raw(&mut hall.browser(), &charset, &body).await.0, 202);
}

#[tokio::test]
async fn a_query_or_a_path_that_is_none_is_told_apart() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(PHONE).await;
    for path in [
        "/api/v1/identity/profile?principal=me",
        "/api/v1/identity/profile?who=me",
    ] {
        assert_eq!(browser.get(path).await.code(), "request/invalid_parameter", "{path}");
    }
    assert_eq!(
        browser.get("/api/v1/drafts/not-an-id").await.code(),
        "request/not_found"
    );
}

#[tokio::test]
async fn the_client_behind_a_trusted_proxy_is_the_one_that_is_counted() {
    let proxy = "127.0.0.1";
    let hall = TestHall::open_with(|config| {
        config.trusted_proxies = vec![proxy.parse().unwrap_or_else(|error| panic!("{error}"))];
        config.codes.per_client_hour = 1;
    })
    .await;
    let mut number = 0;
    let mut ask = async |forwarded: &str, address: &str| {
        number += 1;
        let mut browser = hall.browser();
        browser.address = address.to_owned();
        let body = json!({ "phone": format!("139000000{number:02}") }).to_string();
        post_raw(&mut browser, &[JSON, ("x-forwarded-for", forwarded)], &body)
            .await
            .0
    };
    assert_eq!(ask("192.0.2.1", "127.0.0.1:4").await, 202);
    assert_eq!(ask("192.0.2.2", "127.0.0.1:4").await, 202);
    // Whatever the client itself put there before the proxy's own entry is not believed.
    assert_eq!(ask("198.51.100.9, 192.0.2.2", "127.0.0.1:4").await, 429);
    // Nor is it where the proxy's own entry is none that we can read: then the proxy itself is counted.
    assert_eq!(ask("198.51.100.7, unknown", "127.0.0.1:4").await, 202);
    assert_eq!(ask("198.51.100.8, unknown", "127.0.0.1:4").await, 429);
    // Neither is anything that a stranger says who is no proxy.
    assert_eq!(ask("198.51.100.1", "203.0.113.5:4").await, 202);
    assert_eq!(ask("198.51.100.2", "203.0.113.5:4").await, 429);
    // A household has a whole /64 of IPv6 addresses.
    assert_eq!(ask("2001:db8::1", "127.0.0.1:4").await, 202);
    assert_eq!(ask("2001:db8::2", "127.0.0.1:4").await, 429);
    assert_eq!(ask("2001:db8:0:1::2", "127.0.0.1:4").await, 202);
}

#[tokio::test]
async fn the_document_describes_every_route_and_every_error() {
    let hall = TestHall::open().await;
    let document = hall.browser().get("/api/openapi.json").await.json();
    let paths = document["paths"].as_object().cloned().unwrap_or_default();
    assert!(paths.len() > 20, "{}", paths.len());
    for path in ["/api/v1/cases", "/oauth/token", "/health", "/updates/{folder}/{name}"] {
        assert!(paths.contains_key(path), "{path} is not described");
    }
    for (path, item) in paths {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let named = |name: &str| {
                operation["parameters"]
                    .as_array()
                    .is_some_and(|all| all.iter().any(|one| one["name"] == name))
            };
            let what = format!("{method} {path}");
            assert!(
                operation["summary"].as_str().is_some_and(|text| !text.is_empty()),
                "{what} has no summary"
            );
            assert!(
                operation["tags"].as_array().is_some_and(|tags| tags.len() == 1),
                "{what}: {}",
                operation["tags"]
            );
            let problem = &operation["responses"]["default"]["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(problem, "#/components/schemas/Problem", "{what}");
            if path.starts_with("/api/v1") && matches!(method.as_str(), "post" | "patch" | "delete") {
                assert!(named("OneHall-Terminal"), "{what}");
            }
            for part in path.split('/').filter_map(|part| part.strip_prefix('{')) {
                assert!(named(part.trim_end_matches('}')), "{what} does not describe {part}");
            }
        }
    }
    // Whatever is referred to is there.
    let text = document.to_string();
    for reference in text
        .split("\"#/components/schemas/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
    {
        assert!(
            document["components"]["schemas"].get(reference).is_some(),
            "{reference} is missing"
        );
    }
    let codes = document["components"]["schemas"]["ErrorCode"]["enum"]
        .as_array()
        .map(Vec::len);
    assert_eq!(codes, Some(ErrorCode::ALL.len()));
}

#[tokio::test]
async fn in_production_nothing_of_development_mode_is_there() {
    let hall = TestHall::open_with(|config| config.mode = Mode::Production).await;
    let mut browser = hall.browser();
    for path in [
        "/api/v1/dev/messages",
        "/api/v1/dev/citizens",
        "/api/v1/dev/staff-codes",
        "/dev/dev.js",
        "/dev",
    ] {
        assert_eq!(browser.get(path).await.status, 404, "{path}");
    }
    let document = browser.get("/api/openapi.json").await.json();
    assert!(document["paths"].get("/api/v1/dev/messages").is_none());
    // The demo accounts of the city's files exist, but nobody knows their passwords.
    let login = json!({ "account": "admin", "password": "lantern-river-gate-70" });
    assert_eq!(
        browser.post("/api/v1/staff/session", login).await.code(),
        "identity/wrong_credentials"
    );
}

#[tokio::test]
async fn in_development_the_demo_citizens_are_named_with_what_they_log_in_with() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    let citizens = browser.get("/api/v1/dev/citizens").await.json();
    assert_eq!(
        (&citizens[0]["name"], &citizens[0]["phone"], &citizens[0]["assurance"]),
        (&json!("张敏"), &json!("13800000001"), &json!("L2"))
    );
}

#[tokio::test]
async fn health_readiness_and_metrics_answer() {
    let hall = TestHall::open().await;
    crate::operations::install().unwrap_or_else(|error| panic!("{error}"));
    let mut browser = hall.browser();
    assert_eq!(browser.get("/health").await.json()["status"], "ok");
    let ready = browser.get("/ready").await;
    assert_eq!(
        (ready.status, ready.json()["pokes"].as_str()),
        (200, Some("this_replica"))
    );
    browser.log_in(PHONE).await;
    let metrics = String::from_utf8_lossy(&browser.get("/metrics").await.body).into_owned();
    for line in [
        "onehall_http_requests_total{method=\"POST\",route=\"/api/v1/identity/session\",status=\"200\"}",
        "onehall_sessions{kind=\"citizen\"} 1",
        "onehall_storage_commands_waiting",
        "onehall_storage_group_size_bucket",
        "onehall_event_streams",
        "onehall_pokes_degraded 0",
    ] {
        assert!(metrics.contains(line), "{line} is missing in\n{metrics}");
    }
    assert!(!metrics.contains(PHONE));
    hall.state.stopping.cancel();
    assert_eq!(
        (browser.get("/ready").await.status, browser.get("/health").await.status),
        (503, 200)
    );
}

#[tokio::test]
async fn a_store_that_does_not_answer_makes_the_hall_not_ready_and_tells_nobody_why() {
    let hall = TestHall::open().await;
    hall.state.storage.close().await;
    let reply = hall.browser().get("/ready").await;
    assert_eq!((reply.status, reply.code().as_str()), (503, "backend/unavailable"));
    assert_eq!(reply.json()["retryable"], true);
}

#[tokio::test]
async fn what_compresses_is_compressed() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    let plain = browser.get("/api/v1/catalog").await;
    for (accept, encoding) in [("br", "br"), ("gzip", "gzip"), ("identity", "")] {
        let reply = browser
            .send(Method::GET, "/api/v1/catalog", &[("accept-encoding", accept)], vec![])
            .await;
        assert_eq!(reply.header("content-encoding"), encoding);
        assert!(
            encoding.is_empty() || reply.body.len() < plain.body.len() / 2,
            "{accept}: {}",
            reply.body.len()
        );
    }
}

mod ui {
    use super::*;

    async fn hall_with_ui() -> TestHall {
        let root = std::env::temp_dir().join(format!("onehall-ui-{}", uuid::Uuid::now_v7()));
        let folder = root.join("ui");
        let write = |path: &str, text: &str| {
            let path = root.join("ui").join(path);
            let made = path
                .parent()
                .map_or(Ok(()), std::fs::create_dir_all)
                .and_then(|()| std::fs::write(path, text));
            made.unwrap_or_else(|error| panic!("{error}"));
        };
        write("citizen/index.html", "citizen");
        write("citizen/assets/app-1234.js", "plain");
        write("citizen/assets/app-1234.js.br", "packed");
        write("citizen/favicon.svg", "<svg/>");
        write("console/index.html", "console");
        write("secret.txt", "secret");
        write("../ui.before/citizen/index.html", "citizen before");
        write("../ui.before/citizen/old.svg", "<svg/>");
        write("../ui.before/citizen/assets/app-0123.js", "plain before");
        write("../ui.before/citizen/assets/app-1234.js", "of another build");
        write("../ui.before/console/assets/console-0123.js", "console before");
        write("../ui.before/secret.txt", "secret");
        TestHall::open_with(|config| config.ui = Some(folder)).await
    }

    const PERSON: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

    async fn text(hall: &TestHall, path: &str, headers: &[(&str, &str)]) -> (u16, String, String) {
        let reply = hall.browser().send(Method::GET, path, headers, vec![]).await;
        (
            reply.status,
            String::from_utf8_lossy(&reply.body).into_owned(),
            reply.header("cache-control"),
        )
    }

    #[tokio::test]
    async fn a_page_gets_the_index_and_a_missing_part_of_it_does_not() {
        let hall = hall_with_ui().await;
        for (path, page) in [
            ("/", "citizen"),
            ("/services/identity-card-renewal", "citizen"),
            ("/console/", "console"),
            ("/console/cases/1", "console"),
        ] {
            let (status, body, caching) = text(&hall, path, &[PERSON]).await;
            assert_eq!(
                (status, body.as_str(), caching.as_str()),
                (200, page, "no-cache"),
                "{path}"
            );
        }
        assert_eq!(text(&hall, "/services/x", &[("accept", "*/*")]).await.0, 404);
        assert_eq!(text(&hall, "/assets/gone.js", &[PERSON]).await.0, 404);
        assert_eq!(text(&hall, "/api/v1/gone", &[PERSON]).await.0, 404);
        let reply = hall.browser().send(Method::GET, "/console", &[PERSON], vec![]).await;
        assert_eq!((reply.status, reply.header("location").as_str()), (308, "/console/"));
    }

    #[tokio::test]
    async fn what_has_a_hash_in_its_name_is_kept_and_packed_where_that_is_taken() {
        let hall = hall_with_ui().await;
        let (status, body, caching) = text(&hall, "/assets/app-1234.js", &[]).await;
        assert_eq!((status, body.as_str()), (200, "plain"));
        assert_eq!(caching, "public, max-age=31536000, immutable");
        let brotli = [("accept-encoding", "gzip, br")];
        let reply = hall
            .browser()
            .send(Method::GET, "/assets/app-1234.js", &brotli, vec![])
            .await;
        assert_eq!(
            (reply.header("content-encoding").as_str(), reply.body.as_slice()),
            ("br", &b"packed"[..])
        );
        assert!(reply.header("content-type").contains("javascript"));
    }

    #[tokio::test]
    async fn a_page_that_was_open_when_bundles_were_exchanged_gets_the_rest_of_its_files_and_nobody_an_old_page() {
        let hall = hall_with_ui().await;
        for (path, file) in [
            ("/assets/app-0123.js", "plain before"),
            ("/console/assets/console-0123.js", "console before"),
            ("/assets/app-1234.js", "plain"),
        ] {
            let (status, body, caching) = text(&hall, path, &[]).await;
            assert_eq!((status, body.as_str()), (200, file), "{path}");
            assert_eq!(caching, "public, max-age=31536000, immutable", "{path}");
        }
        assert_eq!(text(&hall, "/assets/console-0123.js", &[]).await.0, 404);
        assert_eq!(text(&hall, "/old.svg", &[]).await.0, 404);
        assert_eq!(text(&hall, "/index.html", &[]).await.1, "citizen");
        assert_eq!(text(&hall, "/", &[PERSON]).await.1, "citizen");
    }

    #[tokio::test]
    async fn nothing_outside_the_bundle_can_be_reached() {
        let hall = hall_with_ui().await;
        for path in [
            "/../secret.txt",
            "/%2e%2e/secret.txt",
            "/..%2fsecret.txt",
            "/console/../../secret.txt",
            "/assets/..%5c..%5csecret.txt",
            "/assets/../../secret.txt",
            "/assets/..%2f..%2fsecret.txt",
            "/../ui.before/secret.txt",
            "//secret.txt",
        ] {
            let (_, body, _) = text(&hall, path, &[]).await;
            assert!(!body.contains("secret"), "{path}");
        }
    }

    #[tokio::test]
    async fn without_a_bundle_a_person_is_told_what_to_do() {
        let hall = TestHall::open().await;
        let (status, body, _) = text(&hall, "/", &[PERSON]).await;
        assert!(status == 404 && body.contains("--ui"), "{body}");
    }
}
