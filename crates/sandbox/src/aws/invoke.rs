//! A call of a function: the `bootstrap` of its zip as a process, its output as lines of its log.
//!
//! Each call gets a process of its own: always a cold start, and always this world's time.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use super::lambda::{Function, absent, arn};
use super::runtime::{Outcome, RuntimeApi};
use super::{Cloud, Line, REGION, Refusal};
use crate::served::{ACCESS_KEY, SECRET_KEY};

/// What a function answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoked {
    pub payload: Bytes,
    /// It ended in an error, and the payload tells which.
    pub failed: bool,
}

/// One call under way.
struct Run {
    cloud: Cloud,
    name: String,
    id: String,
    stream: String,
    group: String,
    function: Function,
    folder: PathBuf,
}

/// A fork elsewhere in this process may hold the new file open for a moment.
const TRIES_TO_START: usize = 50;

impl Cloud {
    /// Calls a function and waits for its end, as the API does.
    ///
    /// # Errors
    /// It is not there, not ready, or at work on as many calls as it may be.
    pub async fn invoke(&self, name: &str, payload: Bytes) -> Result<Invoked, Refusal> {
        let run = self.begin(name)?;
        let ended = run.to_the_end(payload).await;
        if let Some(function) = self.lock().functions.get_mut(name) {
            function.running = function.running.saturating_sub(1);
        }
        let _gone = std::fs::remove_dir_all(&run.folder);
        Ok(ended)
    }

    fn begin(&self, name: &str) -> Result<Run, Refusal> {
        let mut account = self.lock();
        let id = account.unique();
        let day = self.clock().now().strftime("%Y/%m/%d").to_string();
        let function = account.functions.get_mut(name).ok_or_else(|| absent(&arn(name)))?;
        if function.pending > 0 {
            let message = "The operation cannot be performed at this time. The function is currently in the following state: Pending";
            return Err(Refusal::new(409, "ResourceConflictException", message));
        }
        if function.concurrency.is_some_and(|most| function.running >= most) {
            return Err(Refusal::new(429, "TooManyRequestsException", "Rate Exceeded."));
        }
        function.running += 1;
        let own_group = function.fields.get("LoggingConfig").and_then(|logging| logging["LogGroup"].as_str());
        Ok(Run {
            group: own_group.map_or_else(|| format!("/aws/lambda/{name}"), str::to_owned),
            stream: format!("{day}/[$LATEST]{id}"),
            folder: own_folder(),
            id: format!("00000000-0000-4000-8000-{}", id.get(4..).unwrap_or_default()),
            function: function.clone(),
            cloud: self.clone(),
            name: name.to_owned(),
        })
    }
}

/// Of one call. Accounts of one process count their calls each from one, so that their numbers do not tell them apart.
fn own_folder() -> PathBuf {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("sandbox-function-{}-{call}", std::process::id()))
}

impl Run {
    async fn to_the_end(&self, payload: Bytes) -> Invoked {
        self.log(format!("START RequestId: {} Version: $LATEST", self.id));
        let began = Instant::now();
        let outcome = match self.start(payload).await {
            Ok((child, api, lines)) => self.wait(child, api, lines).await,
            Err(error) => Outcome::Failed(failure("Runtime.InvalidEntrypoint", &error.to_string())),
        };
        let millis = began.elapsed().as_millis().max(1);
        self.log(format!("END RequestId: {}", self.id));
        self.log(format!(
            "REPORT RequestId: {}\tDuration: {millis}.00 ms\tBilled Duration: {millis} ms\tMemory Size: {} MB",
            self.id,
            self.function.fields.get("MemorySize").and_then(Value::as_u64).unwrap_or(128)
        ));
        match outcome {
            Outcome::Answered(payload) => Invoked { payload, failed: false },
            Outcome::Failed(payload) => Invoked { payload, failed: true },
        }
    }

    async fn start(&self, payload: Bytes) -> std::io::Result<(Child, RuntimeApi, [JoinHandle<()>; 2])> {
        let bootstrap = self.unpack()?;
        let deadline =
            jiff::Timestamp::now().as_millisecond() + i64::try_from(self.timeout().as_millis()).unwrap_or(0);
        let api = RuntimeApi::serve(payload, &self.id, &arn(&self.name), deadline).await?;
        let mut child = self.spawn(&bootstrap, api.address()).await?;
        let lines = [self.follow(child.stdout.take()), self.follow(child.stderr.take())];
        Ok((child, api, lines))
    }

    /// Only `bootstrap` is looked for: what `provided` runtimes start.
    fn unpack(&self) -> std::io::Result<PathBuf> {
        use std::os::unix::fs::PermissionsExt as _;
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&self.function.code))?;
        let mut program = Vec::new();
        zip.by_name("bootstrap")?.read_to_end(&mut program)?;
        std::fs::create_dir_all(&self.folder)?;
        let path = self.folder.join("bootstrap");
        std::fs::write(&path, program)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
        Ok(path)
    }

    async fn spawn(&self, bootstrap: &PathBuf, runtime_api: &str) -> std::io::Result<Child> {
        let mut command = Command::new(bootstrap);
        command
            .env_clear()
            .envs(self.environment(runtime_api))
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        for _ in 1..TRIES_TO_START {
            match command.spawn() {
                Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                other => return other,
            }
        }
        command.spawn()
    }

    fn environment(&self, runtime_api: &str) -> BTreeMap<String, String> {
        let set = self.function.fields.get("Environment").and_then(|set| set["Variables"].as_object());
        let text =
            |(name, value): (&String, &Value)| (name.clone(), value.as_str().unwrap_or_default().to_owned());
        let mut all: BTreeMap<String, String> = set.into_iter().flatten().map(text).collect();
        let endpoint = self.cloud.lock().endpoint.clone();
        let memory = self.function.fields.get("MemorySize").map(Value::to_string).unwrap_or_default();
        for (name, value) in [
            ("AWS_LAMBDA_RUNTIME_API", runtime_api),
            ("AWS_LAMBDA_FUNCTION_NAME", &self.name),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory),
            ("AWS_LAMBDA_LOG_GROUP_NAME", &self.group),
            ("AWS_LAMBDA_LOG_STREAM_NAME", &self.stream),
            ("AWS_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY),
            ("AWS_SECRET_ACCESS_KEY", SECRET_KEY),
            ("AWS_ENDPOINT_URL", &endpoint),
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
            ("TZ", ":UTC"),
            // The program goes by this world's time.
            ("ES2S3_NOW", &self.cloud.clock().now().to_string()),
        ] {
            all.insert(name.to_owned(), value.to_owned());
        }
        all
    }

    /// Lambda takes every line of either stream into the log.
    fn follow(&self, stream: Option<impl AsyncRead + Send + Unpin + 'static>) -> JoinHandle<()> {
        let (cloud, group, name) = (self.cloud.clone(), self.group.clone(), self.stream.clone());
        tokio::spawn(async move {
            let Some(stream) = stream else { return };
            let mut lines = BufReader::new(stream).lines();
            while let Ok(Some(text)) = lines.next_line().await {
                let at = cloud.clock().now();
                cloud.lock().write_log(&group, Line { at, stream: name.clone(), text });
            }
        })
    }

    /// Until it answers, ends, or its time is over; then all that it wrote.
    async fn wait(&self, mut child: Child, mut api: RuntimeApi, lines: [JoinHandle<()>; 2]) -> Outcome {
        let timeout = self.timeout();
        let outcome = tokio::select! {
            biased;
            outcome = api.outcome() => outcome,
            status = child.wait() => {
                let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
                let why = format!("RequestId: {} Error: Runtime exited with error: {status}", self.id);
                Outcome::Failed(failure("Runtime.ExitError", &why))
            }
            () = tokio::time::sleep(timeout) => {
                let why = format!("RequestId: {} Error: Task timed out after {:.2} seconds", self.id, timeout.as_secs_f64());
                self.log(why.clone());
                Outcome::Failed(failure("Sandbox.Timedout", &why))
            }
        };
        let _gone = child.kill().await;
        for line in lines {
            let _done = line.await;
        }
        outcome
    }

    fn timeout(&self) -> Duration {
        Duration::from_secs(self.function.fields.get("Timeout").and_then(Value::as_u64).unwrap_or(3))
    }

    fn log(&self, text: String) {
        let at = self.cloud.clock().now();
        self.cloud.lock().write_log(&self.group, Line { at, stream: self.stream.clone(), text });
    }
}

fn failure(kind: &str, why: &str) -> Bytes {
    json!({ "errorType": kind, "errorMessage": why }).to_string().into()
}
