//! What a client is told of how sure the hall is of its citizen.

use serde_json::json;

use super::{CLINIC, CLINIC_BACK, Provider};

#[tokio::test]
async fn what_a_client_is_told_of_the_level_follows_the_account() {
    let provider = Provider::open().await;
    let mut browser = provider.citizen("13912340001").await;
    let code = provider.code(&mut browser, CLINIC, CLINIC_BACK, "openid").await;
    let tokens = provider.redeem(CLINIC, &code, CLINIC_BACK).await.json();
    let token = tokens["access_token"].as_str().unwrap_or_default();
    let claims = provider.verified(tokens["id_token"].as_str().unwrap_or_default()).await;
    assert_eq!(claims["acr"], "L1");
    let told = async || {
        let pairs = [("token", token)];
        provider
            .as_client(CLINIC, "/oauth/introspect", &pairs, &[])
            .await
            .json()["acr"]
            .clone()
    };
    assert_eq!(told().await, "L1");
    let document = json!({ "name": "郑晓梅", "citizen_id": "620102199506142044" });
    let raised = browser.post("/api/v1/identity/level/document", document).await;
    assert_eq!(raised.status, 200, "{}", raised.json());
    assert_eq!(told().await, "L2", "a login that was there before");
    let code = provider.code(&mut browser, CLINIC, CLINIC_BACK, "openid").await;
    let tokens = provider.redeem(CLINIC, &code, CLINIC_BACK).await.json();
    let claims = provider.verified(tokens["id_token"].as_str().unwrap_or_default()).await;
    assert_eq!(claims["acr"], "L2");
}
