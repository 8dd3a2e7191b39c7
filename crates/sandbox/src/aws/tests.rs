//! The front: who may ask, what a fault does, and how each protocol tells an error.

use bytes::Bytes;
use http::{Request, Response};

use super::{Cloud, Front};
use crate::faults::{Faults, Front as At, Nth, Verdict};
use crate::rest::auth::sign_request;
use crate::served::{ACCESS_KEY, SECRET_KEY};

struct World {
    cloud: Cloud,
    faults: Faults,
    front: Front,
}

/// Service, method, path, header of the action, body: one harmless call of each protocol.
const CALLS: [(&str, &str, &str, &str, &str); 4] = [
    ("iam", "POST", "/", "", "Action=GetRole&RoleName=nobody"),
    ("ec2", "POST", "/", "", "Action=DescribeSecurityGroups&GroupId.1=sg-nobody"),
    ("logs", "POST", "/", "Logs_20140328.FilterLogEvents", r#"{"logGroupName":"nobody"}"#),
    ("lambda", "GET", "/2015-03-31/functions/nobody", "", ""),
];

impl World {
    fn new() -> Self {
        let (cloud, faults) = (Cloud::new(), Faults::default());
        Self { front: Front::new(cloud.clone(), faults.clone()), cloud, faults }
    }

    async fn ask(
        &self,
        call: (&str, &str, &str, &str, &str),
        key: &str,
        secret: &str,
    ) -> Option<(u16, String)> {
        let (service, method, path, target, body) = call;
        let request = Request::builder().method(method).uri(path).header("host", "localhost");
        let request = request.header("x-amz-target", target).body(()).expect("a request");
        let mut parts = request.into_parts().0;
        sign_request(&mut parts, body.as_bytes(), service, key, secret);
        let reply = self.front.answer(&parts, body.as_bytes()).await.ok()?;
        Some((reply.status().as_u16(), code(&reply)))
    }
}

/// In a header, in XML, or in JSON.
fn code(reply: &Response<Bytes>) -> String {
    if let Some(code) = reply.headers().get("x-amzn-errortype") {
        return code.to_str().expect("text").to_owned();
    }
    let text = String::from_utf8_lossy(reply.body());
    let of_xml = text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    let of_json = text.split_once("\"__type\":\"").and_then(|(_, rest)| rest.split_once('"'));
    of_xml.or(of_json).map(|(code, _)| code.to_owned()).unwrap_or_default()
}

#[tokio::test]
async fn each_protocol_tells_errors_as_it_does() {
    let world = World::new();
    let codes = [
        [(404, "NoSuchEntity"), (403, "AccessDenied")],
        [(400, "InvalidGroup.NotFound"), (403, "UnauthorizedOperation")],
        [(400, "ResourceNotFoundException"), (400, "AccessDeniedException")],
        [(404, "ResourceNotFoundException"), (403, "AccessDeniedException")],
    ];
    let actions = ["iam:GetRole", "ec2:DescribeSecurityGroups", "logs:FilterLogEvents", "lambda:GetFunction"];
    for ((call, [absent, denied]), action) in CALLS.into_iter().zip(codes).zip(actions) {
        let told = |(status, code): (u16, &str)| Some((status, code.to_owned()));
        assert_eq!(world.ask(call, ACCESS_KEY, SECRET_KEY).await, told(absent), "{action}");
        world.cloud.lock().denied.insert(action.to_owned());
        assert_eq!(world.ask(call, ACCESS_KEY, SECRET_KEY).await, told(denied), "{action}");
    }
}

#[tokio::test]
async fn only_who_signs_with_the_secret_is_heard() {
    let world = World::new();
    for call in CALLS {
        let refused = |code: &str| Some((403, code.to_owned()));
        assert_eq!(
            world.ask(call, ACCESS_KEY, "guessed").await,
            refused("SignatureDoesNotMatch"),
            "{call:?}"
        );
        assert_eq!(
            world.ask(call, "AKIDOTHER", SECRET_KEY).await,
            refused("InvalidClientTokenId"),
            "{call:?}"
        );
        let of_an_account = world.ask(call, "444455556666", SECRET_KEY).await.expect("an answer");
        assert_ne!(of_an_account.0, 403, "{call:?}");
    }
}

#[tokio::test]
async fn faults_are_scripted_by_action_and_reads_are_no_writes() {
    let world = World::new();
    let [role, ..] = CALLS;
    let refuse = |code: &str| Verdict::Refuse { status: 400, code: code.into() };
    world.faults.rule(At::Aws, "*", "iam:GetRole", Nth::Only(1), refuse("Throttling: Rate exceeded"));
    world.faults.rule(At::Aws, "*", "iam:*", Nth::Only(2), Verdict::CutAfter);
    assert_eq!(world.ask(role, ACCESS_KEY, SECRET_KEY).await, Some((400, "Throttling".to_owned())));
    assert_eq!(world.ask(role, ACCESS_KEY, SECRET_KEY).await, None);
    assert_eq!(world.ask(role, ACCESS_KEY, SECRET_KEY).await, Some((404, "NoSuchEntity".to_owned())));
    let paths: Vec<String> = world.faults.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(paths, ["iam:GetRole"; 3]);
    assert!(world.faults.writes().is_empty(), "a POST that reads is no write");
}
