//! Lambda in a few lines: the program as a function in a process of its own, and the call that reaches it.

use std::collections::{BTreeMap, VecDeque};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use super::scene::{Ran, Scene, ran};

/// So long the function may take before Lambda would end it.
const TIMEOUT: Duration = Duration::from_secs(900);

type Change = Arc<dyn Fn(Value) -> Value + Send + Sync>;

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// An event waits.
    event: Notify,
}

#[derive(Default)]
struct State {
    events: VecDeque<(String, Vec<u8>)>,
    callers: BTreeMap<String, oneshot::Sender<(Vec<u8>, bool)>>,
    /// Every event as it was sent.
    sent: Vec<Value>,
    /// Every answer as it came back.
    answers: Vec<Value>,
    calls: u64,
    on_the_way: Option<Change>,
    on_the_way_back: Option<Change>,
    timeout: Option<Duration>,
    /// So many calls are refused as if another one were at work.
    busy: u32,
}

/// The function of one scene. Dropping it ends its process.
pub struct Function {
    pub url: String,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
    process: Child,
}

impl Function {
    /// With this configuration applied: it is kept in the state, and the function was given its hash.
    pub async fn start(scene: &Scene, applied: &str, environment: &[(&str, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let shared = Arc::<Shared>::default();
        let server = tokio::spawn(serve(listener, shared.clone()));
        let config = es2s3::config::parse("app-config.yml", applied.as_bytes()).expect("valid").config;
        let hash = es2s3::desired::config_hash(&config);
        let key = format!("{}/config/{hash}.yml", scene.repository);
        scene.state_bucket().put(&key, es2s3::config::show(&config).into_bytes()).await;
        let mut command = Command::new(env!("CARGO_BIN_EXE_es2s3"));
        command
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", &address)
            .env("AWS_LAMBDA_FUNCTION_NAME", "es2s3")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/es2s3")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "one")
            .env("AWS_ACCESS_KEY_ID", &scene.stage.access_key)
            .env("AWS_SECRET_ACCESS_KEY", &scene.stage.secret_key)
            .env("AWS_REGION", &scene.stage.region)
            .env("AWS_ENDPOINT_URL", &scene.stage.s3)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("ES2S3_NOW", scene.now.to_string())
            .env("ES2S3_STATE", format!("s3://{}/{}", scene.state_bucket_name(), scene.repository))
            .env("ES2S3_CONFIG_HASH", &hash)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let process = command.spawn().expect("es2s3 starts");
        Self { url: format!("http://{address}"), shared, server, process }
    }

    /// Runs es2s3 where only AWS can be reached: Lambda and logs are this stand-in.
    pub async fn run(&self, scene: &Scene, arguments: &[&str]) -> Ran {
        let mut command = self.command(scene, arguments);
        let output = tokio::task::spawn_blocking(move || command.output()).await.expect("joined");
        ran(&output.expect("es2s3 starts"))
    }

    pub fn command(&self, scene: &Scene, arguments: &[&str]) -> Command {
        let mut command = scene.command(arguments);
        command
            .env("AWS_ENDPOINT_URL_LAMBDA", &self.url)
            .env("AWS_ENDPOINT_URL_CLOUDWATCH_LOGS", &self.url)
            .env("AWS_MAX_ATTEMPTS", "1");
        command
    }

    /// Changes what is sent before the function sees it.
    pub fn on_the_way(&self, change: impl Fn(Value) -> Value + Send + Sync + 'static) {
        self.lock().on_the_way = Some(Arc::new(change));
    }

    /// Changes what it answers before the caller sees it.
    pub fn on_the_way_back(&self, change: impl Fn(Value) -> Value + Send + Sync + 'static) {
        self.lock().on_the_way_back = Some(Arc::new(change));
    }

    pub fn as_it_is(&self) {
        let mut state = self.lock();
        (state.on_the_way, state.on_the_way_back, state.timeout) = (None, None, None);
    }

    pub fn ends_after(&self, timeout: Duration) {
        self.lock().timeout = Some(timeout);
    }

    pub fn is_busy_for(&self, calls: u32) {
        self.lock().busy = calls;
    }

    pub fn sent(&self) -> Vec<Value> {
        self.lock().sent.clone()
    }

    pub fn answers(&self) -> Vec<Value> {
        self.lock().answers.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.shared.state.lock().expect("no test died with it")
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        self.server.abort();
        let _gone = self.process.kill();
        let _ended = self.process.wait();
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = shared.clone();
        tokio::spawn(async move { drop(connection(stream, &shared).await) });
    }
}

async fn connection(mut stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let Some((line, body)) = request(&mut stream).await? else { return Ok(()) };
    let path: Vec<&str> = line.split(' ').nth(1).unwrap_or_default().trim_matches('/').split('/').collect();
    let reply = match path.as_slice() {
        [_, "functions", _, "invocations"] => invoked(shared, body).await,
        [_, "runtime", "invocation", "next"] => next(shared).await,
        [_, "runtime", "invocation", id, end @ ("response" | "error")] => {
            let caller = shared.state.lock().expect("alive").callers.remove(*id);
            if let Some(caller) = caller {
                let _gone = caller.send((body, *end == "error"));
            }
            ("202 Accepted", String::new(), Vec::new())
        }
        // CloudWatch: an empty log.
        [""] => ("200 OK", String::new(), b"{\"events\":[]}".to_vec()),
        _ => ("404 Not Found", String::new(), Vec::new()),
    };
    let (status, headers, body) = reply;
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&body).await?;
    stream.shutdown().await
}

async fn request(stream: &mut TcpStream) -> std::io::Result<Option<(String, Vec<u8>)>> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let header = |name: &str| {
        text.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    };
    let length: usize = header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    if header("expect").is_some() {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
    }
    while bytes.len() < head + length {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    }
    Ok(Some((text.lines().next().unwrap_or_default().to_owned(), bytes[head..head + length].to_vec())))
}

type Reply = (&'static str, String, Vec<u8>);

/// `Invoke`: an event for the function, and its answer.
async fn invoked(shared: &Shared, body: Vec<u8>) -> Reply {
    const LIMIT: usize = 6 * 1024 * 1024;
    if body.len() > LIMIT {
        return (
            "413 Payload Too Large",
            "x-amzn-errortype: RequestTooLargeException\r\n".into(),
            b"{}".to_vec(),
        );
    }
    let (told, hear) = oneshot::channel();
    {
        let mut state = shared.state.lock().expect("alive");
        if state.busy > 0 {
            state.busy -= 1;
            let headers = "x-amzn-errortype: TooManyRequestsException\r\n".to_owned();
            return ("429 Too Many Requests", headers, b"{\"message\":\"Rate exceeded\"}".to_vec());
        }
        let event: Value = serde_json::from_slice(&body).expect("an event is JSON");
        state.sent.push(event.clone());
        let event = state.on_the_way.clone().map_or(event.clone(), |change| change(event));
        state.calls += 1;
        let id = format!("call-{}", state.calls);
        state.callers.insert(id.clone(), told);
        state.events.push_back((id, event.to_string().into_bytes()));
    }
    shared.event.notify_one();
    let (answer, failed) = hear.await.expect("the function answers");
    let mut state = shared.state.lock().expect("alive");
    let answer: Value = serde_json::from_slice(&answer).expect("an answer is JSON");
    state.answers.push(answer.clone());
    let answer = state.on_the_way_back.clone().map_or(answer.clone(), |change| change(answer)).to_string();
    if answer.len() > LIMIT {
        let error = b"{\"errorMessage\":\"Response payload size exceeded\"}".to_vec();
        return ("200 OK", "x-amz-function-error: Unhandled\r\n".into(), error);
    }
    let headers = if failed { "x-amz-function-error: Unhandled\r\n" } else { "" };
    ("200 OK", headers.to_owned(), answer.into_bytes())
}

/// The runtime interface: the next event, when there is one.
async fn next(shared: &Shared) -> Reply {
    loop {
        let (event, timeout) = {
            let mut state = shared.state.lock().expect("alive");
            (state.events.pop_front(), state.timeout.unwrap_or(TIMEOUT))
        };
        if let Some((id, event)) = event {
            let deadline = jiff::Timestamp::now().as_millisecond() + timeout.as_millis() as i64;
            let headers = format!(
                "lambda-runtime-aws-request-id: {id}\r\nlambda-runtime-deadline-ms: {deadline}\r\n\
                 lambda-runtime-invoked-function-arn: arn:aws:lambda:us-east-1:111122223333:function:es2s3\r\n"
            );
            return ("200 OK", headers, event);
        }
        shared.event.notified().await;
    }
}
