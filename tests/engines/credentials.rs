//! Who es2s3 is to the domain: nobody, a user, an API key, the owner of an AWS key; each with the right secret and a wrong one.

use sandbox::World;
use sandbox::rest::auth::Auth;

use crate::world::{Small, elasticsearch, opensearch, said};

const BASIC: &str = "domain: { auth: { type: basic, username: logs, password_env: ES_PASSWORD } }";
const API_KEY: &str = "domain: { auth: { type: api_key, key_env: ES_PASSWORD } }";
const SIGV4: &str = "domain: { auth: { type: sigv4 } }";
const NONE: &str = "domain: { auth: { type: none } }";

fn basic() -> Auth {
    Auth::Basic { user: "logs".into(), password: "right".into() }
}

fn api_key() -> Auth {
    Auth::ApiKey("right".into())
}

/// The key pair that the program has for S3 too, or another.
fn sigv4(secret_key: &str) -> Auth {
    Auth::SigV4 { access_key: sandbox::ACCESS_KEY.into(), secret_key: secret_key.into() }
}

async fn domain(world: World, auth: Auth, says: &str, secret: &'static str) -> Small {
    let mut small = Small::of(world.auth(auth), "").await;
    small.scene.extra.push(says.into());
    small.scene.environment.push(("ES_PASSWORD", secret));
    small
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_right_secret_everything_is_done() {
    for (kind, world, auth, says) in [
        ("basic", opensearch("3.6.0"), basic(), BASIC),
        ("basic", elasticsearch("8.15.3"), basic(), BASIC),
        ("API key", elasticsearch("9.0.8"), api_key(), API_KEY),
        ("SigV4", opensearch("2.19.4"), sigv4(sandbox::SECRET_KEY), SIGV4),
        ("SigV4", elasticsearch("7.10.2"), sigv4(sandbox::SECRET_KEY), SIGV4),
        ("none", opensearch("3.6.0"), Auth::None, NONE),
    ] {
        let small = domain(world, auth, says, "right").await;
        let apply = small.apply().await;
        assert!(apply.stdout.contains("3 archived"), "{kind}: {}", said(&apply));
        assert_eq!(small.live().len(), 3, "{kind}");
        small.sandbox.faults.forget();
        let again = small.apply().await;
        assert!(again.stdout.contains("nothing to do"), "{kind}: {}", said(&again));
        assert_eq!(small.written(), Vec::<String>::new(), "{kind}");
        let told = format!("{}{}", said(&apply), said(&again));
        assert!(!told.contains("right"), "{kind}: the secret is told: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_wrong_one_nothing_is_and_the_error_says_what_to_do() {
    const SECRET: &str = "check auth in app-config.yml and the secret that it names";
    for (kind, world, auth, says, status, help) in [
        ("basic", opensearch("3.6.0"), basic(), BASIC, "401", SECRET),
        ("basic", elasticsearch("8.15.3"), basic(), BASIC, "401", SECRET),
        ("API key", elasticsearch("9.0.8"), api_key(), API_KEY, "401", SECRET),
        ("none said", elasticsearch("8.15.3"), basic(), NONE, "401", SECRET),
        ("SigV4", opensearch("2.19.4"), sigv4("another"), SIGV4, "403", "check the region, the secret key"),
        ("unsigned", opensearch("2.19.4"), sigv4("another"), NONE, "403", "set auth to sigv4"),
    ] {
        let small = domain(world, auth, says, "wrong").await;
        for command in [&["plan"][..], &["apply", "--auto-approve"]] {
            let ran = small.scene.run_to(1, command).await;
            let error = ran.stderr.split("error: ").nth(1).unwrap_or_default();
            assert!(error.contains(status) && error.contains(help), "{kind}: {}", said(&ran));
            assert!(!error.contains("VPC") && !error.contains("grant"), "misleading: {kind}: {}", said(&ran));
            assert!(!said(&ran).contains("wrong"), "{kind}: the secret is told: {}", said(&ran));
        }
        assert_eq!(small.sandbox.faults.writes(), [], "{kind}");
        assert_eq!(small.live().len(), 6, "{kind}");
    }
}

/// The configuration names the variable, never the secret; without the variable nothing is asked.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_not_there_is_asked_for_by_its_variable() {
    for says in [BASIC, API_KEY] {
        let mut small = domain(elasticsearch("8.15.3"), basic(), says, "right").await;
        small.scene.environment.clear();
        let ran = small.scene.run_to(1, &["apply", "--auto-approve"]).await;
        assert!(ran.stderr.contains("the environment variable ES_PASSWORD is not set"), "{}", said(&ran));
        assert!(ran.stderr.contains("export ES_PASSWORD="), "{}", said(&ran));
        assert_eq!(small.sandbox.faults.requests(), []);
    }
}

/// A tunnel that is not open: the one case in which the VPC is worth a word.
#[tokio::test(flavor = "multi_thread")]
async fn a_domain_that_does_not_answer_is_an_error_that_speaks_of_the_vpc() {
    let mut small = Small::of(opensearch("3.6.0"), "").await;
    // Port 9 is that of discard, which nobody serves.
    small.scene.stage.domain = "http://127.0.0.1:9".into();
    let ran = small.scene.run_to(1, &["apply", "--auto-approve"]).await;
    let error = ran.stderr.split("error: ").nth(1).unwrap_or_default();
    assert!(error.contains("no connection") && error.contains("a domain inside a VPC"), "{}", said(&ran));
    assert_eq!(small.sandbox.faults.writes(), []);
}
