//! A server of a few lines on loopback: hears requests, answers by a function of the request, misbehaves where told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use es2s3::clients::engine::{Credentials, Transport};
use es2s3::clients::retry::Patience;
use es2s3::config::{Auth, Domain};
use es2s3::event::{Event, Events};

/// One request as it came in.
#[derive(Debug, Clone)]
pub struct Heard {
    /// `GET /_cat/indices?format=json`, without the version.
    pub line: String,
    /// Lower-case names.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Heard {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

pub enum Answer {
    Reply {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
    /// These bytes, and then the connection is closed.
    Cut(Vec<u8>),
    /// Nothing, until the client goes away.
    Silence,
}

impl Answer {
    pub fn json(status: u16, body: &str) -> Self {
        Answer::Reply { status, headers: Vec::new(), body: body.as_bytes().to_vec() }
    }

    pub fn ok(body: &str) -> Self {
        Self::json(200, body)
    }

    pub fn with(self, name: &'static str, value: impl Into<String>) -> Self {
        match self {
            Answer::Reply { status, mut headers, body } => {
                headers.push((name, value.into()));
                Answer::Reply { status, headers, body }
            }
            other => other,
        }
    }
}

pub struct Server {
    pub url: url::Url,
    heard: Arc<Mutex<Vec<Heard>>>,
}

/// What the client was asked to say while it worked.
#[derive(Clone, Default)]
pub struct Told(Arc<Mutex<Vec<Event>>>);

impl Told {
    pub fn all(&self) -> Vec<Event> {
        self.0.lock().unwrap().clone()
    }
}

impl Server {
    /// `answer` gets the number of the request, from 0, and the request.
    pub fn start(answer: impl Fn(usize, &Heard) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let heard: Arc<Mutex<Vec<Heard>>> = Arc::default();
        let (log, answer) = (heard.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, answer) = (log.clone(), answer.clone());
                std::thread::spawn(move || serve(stream, &log, answer.as_ref()));
            }
        });
        Self { url, heard }
    }

    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    pub fn lines(&self) -> Vec<String> {
        self.heard().into_iter().map(|heard| heard.line).collect()
    }

    pub fn client(&self) -> Transport {
        self.client_with(Credentials::None).0
    }

    pub fn client_with(&self, credentials: Credentials) -> (Transport, Told) {
        let told = Told::default();
        let listener = told.clone();
        let events = Events::silent().with(move |event| listener.0.lock().unwrap().push(event.clone()));
        let transport = Transport::new(&domain(self.url.clone()), credentials, events).unwrap();
        (transport.with_patience(quick()), told)
    }
}

pub fn domain(endpoint: url::Url) -> Domain {
    Domain {
        name: None,
        endpoint,
        auth: Auth::None,
        ca_file: None,
        connect_timeout: Duration::from_secs(5),
        timeout: Duration::from_secs(20),
    }
}

/// As patient as the program is, with pauses that a test can wait for.
pub fn quick() -> Patience {
    Patience { first: Duration::from_millis(1), longest: Duration::from_millis(5), ..Patience::default() }
}

fn serve(stream: TcpStream, log: &Mutex<Vec<Heard>>, answer: &dyn Fn(usize, &Heard) -> Answer) {
    let mut reader = BufReader::new(stream);
    while let Some(heard) = hear(&mut reader) {
        let at = {
            let mut log = log.lock().unwrap();
            log.push(heard.clone());
            log.len() - 1
        };
        match answer(at, &heard) {
            Answer::Reply { status, headers, body } => {
                let mut text = format!("HTTP/1.1 {status} Said\r\ncontent-length: {}\r\n", body.len());
                headers.iter().for_each(|(name, value)| text.push_str(&format!("{name}: {value}\r\n")));
                text.push_str("\r\n");
                let stream = reader.get_mut();
                if stream.write_all(text.as_bytes()).and_then(|()| stream.write_all(&body)).is_err() {
                    return;
                }
            }
            Answer::Cut(bytes) => {
                let _ = reader.get_mut().write_all(&bytes);
                return;
            }
            Answer::Silence => {
                let _ = reader.read(&mut [0]);
                return;
            }
        }
    }
}

pub fn hear(reader: &mut impl BufRead) -> Option<Heard> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|bytes| *bytes > 0)?;
    let line = line.trim_end().trim_end_matches(" HTTP/1.1").to_owned();
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        headers.push((name.to_lowercase(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.map_or(0, |(_, length)| length.parse().unwrap())];
    reader.read_exact(&mut body).ok()?;
    Some(Heard { line, headers, body: String::from_utf8(body).unwrap() })
}
