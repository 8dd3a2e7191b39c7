//! A configuration with its AWS side on an emulator: a VPC to stand in, the program run against it, and AWS asked without it.

use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use jiff::Timestamp;
use reqwest::{Client, Method, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::domain::Domain;
use super::scene::{Ran, ran};
use super::stage::Stage;

/// `stack.json`: the emulator, and the S3 that its functions find.
#[derive(Debug, Clone, Deserialize)]
pub struct Cloud {
    pub endpoint: String,
    pub s3_endpoint: String,
    pub region: String,
    /// Twelve digits.
    pub account: String,
    /// The account's number, where nothing else is said.
    #[serde(default)]
    pub access_key: Option<String>,
    pub secret_key: String,
}

/// The emulator of the running stack. A test that needs it fails where there is none.
pub fn real_cloud() -> Cloud {
    of_stack("cloud")
}

/// The one that judges by IAM policies what each caller may do, with the keys of its account's root.
pub fn guarded_cloud() -> Cloud {
    Cloud { access_key: Some("test".into()), ..of_stack("guarded") }
}

/// The other emulator, with an S3 of its own.
pub fn second_cloud() -> Cloud {
    of_stack("second")
}

/// The store that does not look at conditions.
pub fn heedless_store() -> Stage {
    #[derive(Deserialize)]
    struct Store {
        endpoint: String,
        access_key: String,
        secret_key: String,
    }
    let store: Store = of_stack("heedless");
    super::unfit::store(&store.endpoint, &store.access_key, &store.secret_key)
}

fn of_stack<T: serde::de::DeserializeOwned>(field: &str) -> T {
    let path = std::env::var("ES2S3_STACK").expect("ES2S3_STACK names stack.json: run `cargo xtask test`");
    let text = std::fs::read_to_string(&path).expect("stack.json is readable");
    let stack: Value = serde_json::from_str(&text).expect("stack.json is JSON");
    serde_json::from_value(stack[field].clone()).expect("the server runs")
}

impl Cloud {
    /// The sandbox, with the account's number for a key, as an emulator of Lambda gives it to functions.
    pub fn of_sandbox(sandbox: &sandbox::Sandbox) -> Self {
        Self {
            endpoint: sandbox.s3_url.clone(),
            s3_endpoint: sandbox.s3_url.clone(),
            region: sandbox::aws::REGION.into(),
            account: sandbox::aws::ACCOUNT.into(),
            access_key: None,
            secret_key: sandbox.secret_key.clone(),
        }
    }

    pub fn key(&self) -> &str {
        self.access_key.as_deref().unwrap_or(&self.account)
    }

    /// Signs a request and sends it; its status, and the text that came back.
    pub async fn send(
        &self,
        service: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> (u16, String) {
        let reply = self.answer(service, method, path, headers, body).await;
        (reply.status().as_u16(), reply.text().await.expect("text"))
    }

    async fn answer(
        &self,
        service: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Response {
        let address = format!("{}/{path}", self.endpoint);
        let identity = Credentials::new(self.key(), &self.secret_key, None, None, "test").into();
        let params = SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(service)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .expect("all is given");
        let bytes = SignableBody::Bytes(body.as_bytes());
        let request = SignableRequest::new(method.as_str(), &address, headers.iter().copied(), bytes);
        let (signed, _) = sign(request.expect("a request"), &params.into()).expect("signed").into_parts();
        let mut request = Client::new().request(method, &address);
        for (name, value) in headers.iter().copied().chain(signed.headers()) {
            request = request.header(name, value);
        }
        request.body(body).send().await.expect("AWS answers")
    }

    /// Status and error code of a request: `iam GetRole RoleName=x`, `logs Logs_20140328.CreateLogGroup {…}`,
    /// `lambda GET /2015-03-31/functions/x {…}`.
    pub async fn fault(&self, request: &str) -> (u16, String) {
        let (service, rest) = request.split_once(' ').expect("a service");
        let (word, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let form = ("content-type", "application/x-www-form-urlencoded");
        let version = if service == "iam" { "2010-05-08" } else { "2016-11-15" };
        let reply = if word.contains('.') {
            let headers = [("x-amz-target", word), ("content-type", "application/x-amz-json-1.1")];
            self.answer(service, Method::POST, "", &headers, rest.to_owned()).await
        } else if let Ok(method @ (Method::GET | Method::POST | Method::PUT | Method::DELETE)) = word.parse()
        {
            let (path, body) = rest.split_once(' ').unwrap_or((rest, ""));
            self.answer(service, method, path.trim_start_matches('/'), &[], body.to_owned()).await
        } else {
            let body = format!("Action={word}&Version={version}&{rest}");
            self.answer(service, Method::POST, "", &[form], body).await
        };
        let status = reply.status().as_u16();
        let header =
            reply.headers().get("x-amzn-errortype").and_then(|code| code.to_str().ok()).map(str::to_owned);
        let text = reply.text().await.expect("text");
        let of_json = || serde_json::from_str::<Value>(&text).ok()?["__type"].as_str().map(str::to_owned);
        let of_xml = || Some(text.split_once("<Code>")?.1.split_once("</Code>")?.0.to_owned());
        let code = header.or_else(of_json).or_else(of_xml).unwrap_or_default();
        (status, code.rsplit('#').next().unwrap_or_default().split(':').next().unwrap_or_default().to_owned())
    }

    /// EC2's Query protocol; gives the text of the first element of this name.
    pub async fn ec2(&self, action: &str, fields: &[(&str, &str)], element: &str) -> String {
        let mut form = vec![("Action", action), ("Version", "2016-11-15")];
        form.extend_from_slice(fields);
        let form: String = form.iter().map(|(key, value)| format!("{key}={value}&")).collect();
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let (_, text) = self.send("ec2", Method::POST, "", &[kind], form).await;
        let (open, close) = (format!("<{element}>"), format!("</{element}>"));
        let inside = text.split(&open).nth(1).and_then(|rest| rest.split(&close).next());
        inside.unwrap_or_else(|| panic!("{action}: no {element} in {text}")).to_owned()
    }

    /// One of the services that speak JSON by target.
    pub async fn json(&self, service: &str, target: &str, body: Value) -> Value {
        let headers = [("x-amz-target", target), ("content-type", "application/x-amz-json-1.1")];
        let (_, text) = self.send(service, Method::POST, "", &headers, body.to_string()).await;
        if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::String(text)) }
    }

    /// Lambda's REST.
    pub async fn lambda(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let (status, text) = self.send("lambda", method, path, &[], body.to_string()).await;
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }
}

/// The nine keys' worth of a project, with everything that it needs to exist around it.
pub struct Project {
    pub cloud: Cloud,
    pub domain: Domain,
    /// Unique; of the repository and of all that is made for it.
    pub name: String,
    pub folder: tempfile::TempDir,
    stage: Stage,
    vpc: String,
    group: String,
    /// Further lines of the configuration.
    pub extra: Vec<String>,
    /// How long a lease lasts, where the default is too long for a test.
    pub lease: Option<&'static str>,
    /// The time that es2s3 is told; nothing is the machine's.
    pub now: Option<Timestamp>,
}

impl Project {
    /// Makes a VPC with a private subnet that has a way to S3, and a security group.
    pub async fn new(stage: Stage, cloud: Cloud, name: &str) -> Self {
        let vpc = cloud.ec2("CreateVpc", &[("CidrBlock", "10.0.0.0/16")], "vpcId").await;
        let subnet =
            [("VpcId", vpc.as_str()), ("CidrBlock", "10.0.1.0/24"), ("AvailabilityZone", "us-east-1a")];
        let subnet = cloud.ec2("CreateSubnet", &subnet, "subnetId").await;
        let group = [("GroupName", name), ("GroupDescription", "logs"), ("VpcId", vpc.as_str())];
        let group = cloud.ec2("CreateSecurityGroup", &group, "groupId").await;
        let table = cloud.ec2("CreateRouteTable", &[("VpcId", vpc.as_str())], "routeTableId").await;
        let joined = [("RouteTableId", table.as_str()), ("SubnetId", subnet.as_str())];
        cloud.ec2("AssociateRouteTable", &joined, "associationId").await;
        let service = format!("com.amazonaws.{}.s3", cloud.region);
        let way =
            [("VpcId", vpc.as_str()), ("ServiceName", service.as_str()), ("RouteTableId.1", table.as_str())];
        cloud.ec2("CreateVpcEndpoint", &way, "vpcEndpointId").await;
        Self {
            name: format!("{name}-{:x}", std::process::id()),
            domain: Domain::new(&stage.domain),
            folder: tempfile::tempdir().expect("a folder"),
            extra: Vec::new(),
            lease: None,
            now: None,
            stage,
            cloud,
            vpc,
            group,
        }
    }

    /// `<name>-2026.10.20` of so many days ago.
    pub fn index(&self, days: i64) -> String {
        let today = self.now.unwrap_or_else(Timestamp::now).to_zoned(jiff::tz::TimeZone::UTC).date();
        format!("{}-{}", self.name, super::normalize::days_before(today, days).strftime("%Y.%m.%d"))
    }

    pub fn stage(&self) -> &Stage {
        &self.stage
    }

    pub fn vpc(&self) -> &str {
        &self.vpc
    }

    /// The one that takes the snapshots.
    pub fn bucket(&self) -> &str {
        &self.stage.buckets[0]
    }

    fn config(&self) -> String {
        let lease = self.lease.unwrap_or("2m");
        let config = json!({
            "account": self.cloud.account,
            "region": self.cloud.region,
            "vpc_id": self.vpc,
            "security_group_id": self.group,
            "bucket-name": self.stage.buckets[0],
            "es_repo_name": self.name,
            "ES_ENDPOINT": self.stage.domain,
            "state": { "bucket": format!("state-{}", self.name), "lease": lease },
            // Real servers stamp today on what a test makes.
            "policies": [{ "prefix": format!("{}-", self.name), "age_from": "name", "index_retention": 30, "snapshot_retention": 365 }],
        });
        let mut lines: Vec<String> =
            config.as_object().into_iter().flatten().map(|(key, value)| format!("{key}: {value}")).collect();
        lines.extend(self.extra.iter().cloned());
        lines.join("\n") + "\n"
    }

    pub async fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = self.command(arguments);
        let output = tokio::task::spawn_blocking(move || command.output());
        ran(&output.await.expect("joined").expect("es2s3 starts"))
    }

    /// The command, ready to be started.
    pub fn command(&self, arguments: &[&str]) -> Command {
        std::fs::write(self.folder.path().join("app-config.yml"), self.config())
            .expect("the configuration is written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_es2s3"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("USER", "alice")
            .env("HOSTNAME", "ci")
            .env("AWS_ACCESS_KEY_ID", self.cloud.key())
            .env("AWS_SECRET_ACCESS_KEY", &self.cloud.secret_key)
            .env("AWS_REGION", &self.cloud.region)
            .env("AWS_ENDPOINT_URL", &self.cloud.endpoint)
            .env("AWS_ENDPOINT_URL_S3", &self.cloud.s3_endpoint)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(self.now.map(|now| ("ES2S3_NOW", now.to_string())));
        command
    }

    pub async fn run_to(&self, code: i32, arguments: &[&str]) -> Ran {
        let ran = self.run(arguments).await;
        assert_eq!(ran.code, code, "es2s3 {arguments:?}\n{}\n{}", ran.stdout, ran.stderr);
        ran
    }

    /// Waits until an index has left the domain.
    pub async fn until_gone(&self, index: &str, patience: Duration) {
        let give_up = Instant::now() + patience;
        while self.domain.exists(index).await {
            assert!(Instant::now() < give_up, "{index} is still there after {patience:?}");
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
}
