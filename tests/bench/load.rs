//! HTTP load from this process: keep-alive connections, each with one request under way. One thread
//! for all: to wake sixteen would be a cost of the server's, and one that is not its own.

use std::cell::Cell;
use std::future::poll_fn;
use std::io::{ErrorKind, Read, Write};
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;

use laptime_core::ingest::Secrets;

use crate::body::{Template, secrets};
use crate::server::Server;

/// Connections at once.
pub(crate) const CONNECTIONS: usize = 16;

/// Deliveries of distinct runs, over the life of one server.
#[derive(Debug)]
pub(crate) struct Load {
    template: Template,
    secrets: Secrets,
    next_run: Cell<u64>,
    status: &'static str,
}

impl Load {
    /// Load of this template that is to be answered with `status`.
    pub(crate) fn new(template: Template, status: &'static str) -> Self {
        Self { template, secrets: secrets(), next_run: Cell::new(1), status }
    }

    /// Sends `count` deliveries and waits for all answers; the wall time.
    pub(crate) fn send(&self, server: &Server, count: u64) -> Duration {
        let end = self.next_run.get() + count;
        let took = kit::wait(async {
            let mut connections = Vec::new();
            for _ in 0..CONNECTIONS {
                connections.push(connect(server).await);
            }
            let started = Instant::now();
            all(connections.iter().map(|stream| self.deliver(server, stream, end))).await;
            started.elapsed()
        });
        self.next_run.set(end);
        took
    }

    async fn deliver(&self, server: &Server, stream: &TcpStream, end: u64) {
        let mut body = self.template.with_run(0);
        let mut request = Vec::with_capacity(body.len() + 512);
        let mut answer = Vec::with_capacity(4_096);
        while self.next_run.get() < end {
            let run = self.next_run.replace(self.next_run.get() + 1);
            self.template.put_run(&mut body, run);
            request.clear();
            self.write_request(server, run, &body, &mut request);
            write_all(stream, &request).await;
            read_answer(stream, &mut answer).await;
            let status = answer.get(9..12).unwrap_or_default();
            assert_eq!(status, self.status.as_bytes(), "{}", String::from_utf8_lossy(&answer));
        }
    }

    /// With the headers GitHub sends.
    fn write_request(&self, server: &Server, run: u64, body: &[u8], request: &mut Vec<u8>) {
        let (path, host, signature) = (server.path, server.address, self.secrets.sign(body));
        write!(
            request,
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: GitHub-Hookshot/fca1c5d\r\n\
             Content-Length: {}\r\nAccept: */*\r\nContent-Type: application/json\r\n\
             X-GitHub-Delivery: 6f2b5a10-05a4-11f1-8000-{run:012x}\r\nX-GitHub-Event: workflow_run\r\n\
             X-GitHub-Hook-ID: 512400371\r\nX-GitHub-Hook-Installation-Target-ID: 610200101\r\n\
             X-GitHub-Hook-Installation-Target-Type: repository\r\n\
             X-Hub-Signature-256: {signature}\r\n\r\n",
            body.len(),
        )
        .unwrap();
        request.extend_from_slice(body);
    }
}

async fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

async fn write_all(stream: &TcpStream, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        match stream.try_write(bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(error) if error.kind() == ErrorKind::WouldBlock => stream.writable().await.unwrap(),
            Err(error) => panic!("the server hung up: {error}"),
        }
    }
}

async fn read_answer(stream: &TcpStream, answer: &mut Vec<u8>) {
    let mut buffer = [0; 4_096];
    answer.clear();
    while !is_whole(answer) {
        stream.readable().await.unwrap();
        match stream.try_read(&mut buffer) {
            Ok(0) => panic!("the server hung up: {}", String::from_utf8_lossy(answer)),
            Ok(count) => answer.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => panic!("the server hung up: {error}"),
        }
    }
}

fn is_whole(answer: &[u8]) -> bool {
    let Some(head) = answer.windows(4).position(|end| end == b"\r\n\r\n") else { return false };
    let text = String::from_utf8_lossy(&answer[..head]).to_ascii_lowercase();
    if text.contains("transfer-encoding: chunked") {
        return answer.ends_with(b"0\r\n\r\n");
    }
    let length = text.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
    answer.len() >= head + 4 + length.map_or(0, |length| length.parse::<usize>().unwrap())
}

/// Waits for all of them. Each wake polls all, which sixteen can bear.
async fn all(futures: impl Iterator<Item = impl Future<Output = ()>>) {
    let mut under_way: Vec<_> = futures.map(Box::pin).collect();
    poll_fn(|context| {
        under_way.retain_mut(|future| future.as_mut().poll(context).is_pending());
        if under_way.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// Gets a page; its size in bytes.
pub(crate) fn get(server: &Server, path: &str) -> usize {
    let page = answer(server, path);
    assert!(is_page(&page), "{}", String::from_utf8_lossy(&page[..200]));
    page.len()
}

/// Whether a page is there yet.
pub(crate) fn is_there(server: &Server, path: &str) -> bool {
    is_page(&answer(server, path))
}

fn is_page(answer: &[u8]) -> bool {
    answer.starts_with(b"HTTP/1.1 200")
}

fn answer(server: &Server, path: &str) -> Vec<u8> {
    let mut stream = std::net::TcpStream::connect(server.address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut page = Vec::new();
    stream.read_to_end(&mut page).unwrap();
    page
}
