//! With credentials of another account nothing is written, and with some of an unknown one nothing of AWS.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::support::scene::Ran;
use crate::world::Small;

/// An STS that knows one caller, of account 999988887777.
async fn sts() -> String {
    const WHO: &str = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
        <Arn>arn:aws:iam::999988887777:user/eve</Arn><UserId>E</UserId><Account>999988887777</Account>\
        </GetCallerIdentityResult></GetCallerIdentityResponse>";
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 16_384];
            let _asked = stream.read(&mut request).await;
            let reply = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{WHO}",
                WHO.len()
            );
            let _told = stream.write_all(reply.as_bytes()).await;
        }
    });
    format!("http://{address}")
}

/// The scene's configuration with the AWS side under es2s3.
async fn managed(small: &Small, sts: &str, arguments: &[&str]) -> Ran {
    let mut all = vec!["-c", "managed.yml"];
    all.extend(arguments);
    let mut command = small.scene.command(&all);
    std::fs::write(
        small.scene.file("managed.yml"),
        small.scene.config().replace("infrastructure: none\n", ""),
    )
    .expect("the configuration is written");
    command.env("AWS_ENDPOINT_URL_STS", sts).env("AWS_MAX_ATTEMPTS", "1");
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("joined");
    crate::support::scene::ran(&output.expect("es2s3 starts"))
}

#[track_caller]
fn nothing_was_written(small: &Small) {
    let writes = small.sandbox.faults.writes();
    assert!(writes.is_empty(), "{writes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_account_is_an_error_before_the_first_write() {
    let small = Small::new().await;
    let sts = sts().await;
    let ran = managed(&small, &sts, &["bootstrap", "--auto-approve"]).await;
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    for words in [
        "the credentials belong to account 999988887777 (arn:aws:iam::999988887777:user/eve)",
        "managed.yml says 111122223333",
        "AWS_PROFILE",
    ] {
        assert!(ran.stderr.contains(words), "{words:?} is not in {}", ran.stderr);
    }
    let plan = managed(&small, &sts, &["plan"]).await;
    assert!(plan.stdout.contains("warning: the credentials belong to account 999988887777"), "{plan:?}");
    nothing_was_written(&small);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_sts_that_does_not_answer_stops_writes_to_aws_and_no_plan() {
    let small = Small::new().await;
    let nobody = "http://127.0.0.1:9";
    let ran = managed(&small, nobody, &["bootstrap", "--auto-approve"]).await;
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("before it is known whose the credentials are"), "{}", ran.stderr);
    let plan = managed(&small, nobody, &["plan", "--only", "data"]).await;
    assert_eq!(plan.code, 0, "{plan:?}");
    assert!(!plan.stdout.contains("credentials"), "a plan of data alone asks nobody: {plan:?}");
    let plan = managed(&small, nobody, &["plan"]).await;
    assert!(plan.stdout.contains("note: whose the credentials are could not be asked"), "{plan:?}");
    nothing_was_written(&small);
}

/// Credentials of a profile that is named, and of no other.
#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_taken_from_the_command_line() {
    let small = Small::new().await;
    let folder = small.scene.folder.path().join(".aws");
    std::fs::create_dir_all(&folder).expect("a folder");
    let keys = format!(
        "[default]\naws_access_key_id = nobody\naws_secret_access_key = nothing\n[logs]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
        small.sandbox.access_key, small.sandbox.secret_key
    );
    std::fs::write(folder.join("credentials"), keys).expect("the profiles are written");
    let holds = async |arguments: &[&str]| {
        let mut command = small.scene.command(arguments);
        command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
        let output = tokio::task::spawn_blocking(move || command.output()).await.expect("joined");
        crate::support::scene::ran(&output.expect("es2s3 starts"))
    };
    assert_eq!(holds(&["holds"]).await.code, 1, "the default profile is nobody's");
    assert_eq!(holds(&["holds", "--profile", "logs"]).await.code, 0);
    let unknown = holds(&["--profile", "other", "holds"]).await;
    assert!(unknown.code == 1 && unknown.stderr.contains("other"), "{unknown:?}");
}

/// The function goes by the same file: a region that only the command line says would not be its own.
#[tokio::test(flavor = "multi_thread")]
async fn another_region_than_the_configurations_is_refused_before_anything_is_read() {
    let small = Small::new().await;
    small.sandbox.faults.forget();
    let other = small.scene.run(&["apply", "--auto-approve", "--region", "eu-west-1"]).await;
    assert_eq!(other.code, 1, "{other:?}");
    assert!(
        other.stderr.contains("--region says eu-west-1, and app-config.yml is for us-east-1"),
        "{other:?}"
    );
    assert!(small.sandbox.faults.requests().is_empty(), "{:?}", small.sandbox.faults.requests());
    assert_eq!(small.scene.run(&["plan", "--region", "us-east-1"]).await.code, 0);
}
