//! Credentials that are right, wrong or missing.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;

use super::client::{both, started, try_ask};
use crate::Sandbox;
use crate::rest::auth::Auth;

fn signed(sandbox: &Sandbox, secret: &str, service: &str, request: &str) -> Vec<(String, String)> {
    let mut words = request.splitn(3, ' ');
    let (method, path, body) =
        (words.next().unwrap(), words.next().unwrap(), words.next().unwrap_or_default());
    let identity = Credentials::new("key", secret, None, None, "test").into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region("eu-central-1")
        .name(service)
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .unwrap();
    let uri = format!("{}{path}", sandbox.domain_url);
    let signable =
        SignableRequest::new(method, &uri, std::iter::empty(), SignableBody::Bytes(body.as_bytes())).unwrap();
    let (instructions, _) = sign(signable, &params.into()).unwrap().into_parts();
    instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

#[tokio::test]
async fn a_signature_of_the_right_key_and_service_is_taken() {
    for world in both() {
        let auth = Auth::SigV4 { access_key: "key".into(), secret_key: "right".into() };
        let sandbox = started(world.auth(auth)).await;
        for request in
            ["GET /_cat/indices/a-*,b?format=json&h=index", r#"PUT /x {"settings":{"number_of_shards":1}}"#]
        {
            for (secret, service, expected) in
                [("wrong", "es", 403), ("right", "s3", 403), ("right", "es", 200)]
            {
                let headers = signed(&sandbox, secret, service, request);
                let headers: Vec<(&str, &str)> =
                    headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                let status = try_ask(&sandbox, request, &headers).await.map(|(status, _)| status);
                let expected = if request.contains("b?") && expected == 200 { 404 } else { expected };
                assert_eq!(status, Some(expected), "{request} {secret} {service}");
            }
        }
        assert_eq!(try_ask(&sandbox, "GET /", &[]).await.unwrap().0, 403);
    }
}

#[tokio::test]
async fn passwords_and_api_keys_are_compared() {
    for (auth, right) in [
        (Auth::Basic { user: "u".into(), password: "p".into() }, "Basic dTpw"),
        (Auth::ApiKey("abc".into()), "ApiKey abc"),
    ] {
        let [world, _] = both();
        let sandbox = started(world.auth(auth)).await;
        for (said, expected) in [(right, 200), ("Basic dTp4", 401)] {
            assert_eq!(try_ask(&sandbox, "GET /", &[("authorization", said)]).await.unwrap().0, expected);
        }
        assert_eq!(try_ask(&sandbox, "GET /", &[]).await.unwrap().0, 401);
    }
}
