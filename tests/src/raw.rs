//! Requests as no client would send them, byte by byte, and answers with their headers.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::Served;

/// A whole answer.
#[derive(Debug)]
pub struct Heard {
    /// The status.
    pub status: u16,
    head: String,
    /// The body.
    pub body: String,
}

impl Heard {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let value = |line: &'_ str| line.split_once(": ").map(|(name, _)| name.len());
        self.head.lines().find_map(|line| {
            let length = value(line).filter(|length| line[..*length].eq_ignore_ascii_case(name))?;
            Some(&line[length + 2..])
        })
    }
}

impl Served {
    /// Host and port it listens on, with loopback for "any address".
    pub fn host(&self) -> String {
        let url = self.url("");
        url.trim_start_matches("http://").replace("0.0.0.0", "127.0.0.1")
    }

    /// Sends these lines as the head of a request that has no body.
    pub fn send(&self, head: &[&str]) -> Heard {
        let mut stream = TcpStream::connect(self.host()).unwrap();
        let head = format!("{}\r\nConnection: close\r\n\r\n", head.join("\r\n"));
        stream.write_all(head.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Heard { status: status.unwrap_or(0), head: head.to_owned(), body: body.to_owned() }
    }

    /// Gets a path as a browser on the machine itself.
    pub fn visit(&self, path: &str) -> Heard {
        self.send(&[&format!("GET {path} HTTP/1.1"), &format!("Host: {}", self.host())])
    }
}
