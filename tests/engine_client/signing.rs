//! Signature version 4, held to signatures that an independent implementation made of the same requests.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use es2s3::clients::engine::{self, signed};

/// 2015-08-30T12:36:00Z, the moment of AWS's own examples.
fn moment() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160)
}

fn credentials(token: Option<&str>) -> Credentials {
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    Credentials::new("AKIDEXAMPLE", secret, token.map(str::to_owned), None, "test")
}

fn header(token: Option<&str>, method: &str, target: &str, body: &[u8], name: &str) -> String {
    let url = format!("https://search-logs.eu-central-1.es.amazonaws.com{target}").parse().unwrap();
    let headers = signed(&credentials(token), "eu-central-1", method, &url, body, moment()).unwrap();
    headers[name].to_str().unwrap().to_owned()
}

#[test]
fn a_list_of_names_with_an_encoded_one_is_signed_as_the_service_reads_it() {
    let target = "/%C3%A4pp-1,app-2/_stats/docs?level=shards&filter_path=indices.*.uuid";
    assert_eq!(
        header(None, "GET", target, b"", "authorization"),
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/eu-central-1/es/aws4_request, \
         SignedHeaders=host;x-amz-content-sha256;x-amz-date, \
         Signature=83e759b428ae23589e260a1fc11cca9b1c04ad855d62ea6a3e0cabecb939335d"
    );
}

#[test]
fn body_and_session_token_are_part_of_the_signature() {
    let (token, body) = (Some("a/session+token=="), br#"{"type":"s3"}"#);
    assert_eq!(
        header(token, "PUT", "/_snapshot/logs", body, "authorization"),
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/eu-central-1/es/aws4_request, \
         SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, \
         Signature=66f0c749917d4c69e440768d2040cf5c340165c68c4a6165ce9824d4e46e9cbf"
    );
    assert_eq!(
        header(token, "PUT", "/_snapshot/logs", body, "x-amz-content-sha256"),
        "366ee4958a67382a95c547b6bfd92e6910e3a37c1f7a5a088eedcd9816a51bd8"
    );
}

#[test]
fn no_debug_output_shows_a_secret() {
    let secret = engine::Secret::new("hunter2".into());
    let basic = engine::Credentials::Basic { username: "es2s3".into(), password: secret.clone().into() };
    for text in [
        format!("{secret:?}"),
        format!("{basic:?}"),
        format!("{:?}", engine::Credentials::ApiKey(secret.into())),
    ] {
        assert!(!text.contains("hunter2"), "{text}");
    }
    let url = "https://h.es.amazonaws.com/".parse().unwrap();
    let headers = signed(&credentials(Some("tokenword")), "r", "GET", &url, b"", moment()).unwrap();
    assert!(!format!("{headers:?}").contains("tokenword"));
}
