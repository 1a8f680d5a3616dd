use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use super::*;

/// A server that answers one connection after the other with these texts, and notes what it is asked.
struct Server {
    address: Address,
    heads: Arc<Mutex<Vec<String>>>,
}

fn server(answers: &'static [&'static str]) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = Address::parse(&format!("http://{}/base/", listener.local_addr().unwrap()));
    let heads = Arc::new(Mutex::new(Vec::new()));
    let noted = heads.clone();
    std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            noted.lock().unwrap().push(head(&stream));
            stream.write_all(answer.as_bytes()).unwrap();
            if answer.is_empty() {
                // Until the client has enough.
                let _ = stream.read_to_end(&mut Vec::new());
            }
        }
    });
    Server { address: address.unwrap(), heads }
}

fn head(stream: &TcpStream) -> String {
    let lines = BufReader::new(stream).lines().map_while(Result::ok);
    lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn limits() -> Limits {
    Limits {
        body: 100,
        pause: Duration::ZERO,
        answer: Duration::from_millis(300),
        ..Limits::default()
    }
}

fn send(server: &Server, method: Method) -> (Result<Reply, Failure>, u64) {
    let token = SecretString::from("glsa_secret");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = Client::new(limits()).unwrap();
        let call = Call { method, path: "/api/x?y=1", token: Some(&token), body: None };
        (client.send(&server.address, &call).await, client.repeated())
    })
}

const FINE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
const BUSY: &str = "HTTP/1.1 503 Busy\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const BROKEN: &str = "HTTP/1.1 200 OK\r\ncontent-length: 50\r\nconnection: close\r\n\r\n{";
const SILENT: &str = "";
const AWAY: &str = "HTTP/1.1 302 Found\r\nlocation: https://elsewhere.example/x?t=1\r\n\
                    content-length: 0\r\nconnection: close\r\n\r\n";
const LARGE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\nconnection: close\r\n\r\n";

#[test]
fn a_request_goes_behind_the_prefix_with_its_token() {
    let server = server(&[FINE]);
    let (reply, repeated) = send(&server, Method::GET);
    assert_eq!((reply.unwrap().status.as_u16(), repeated), (200, 0));
    let head = server.heads.lock().unwrap()[0].to_lowercase();
    assert!(head.starts_with("get /base/api/x?y=1 http/1.1"), "{head}");
    assert!(head.contains("authorization: bearer glsa_secret"), "{head}");
}

#[test]
fn a_read_is_repeated_a_little_and_a_write_never() {
    for fault in [BUSY, BROKEN, SILENT] {
        let all: &'static [&'static str] = vec![fault, fault, FINE].leak();
        let (reply, repeated) = send(&server(all), Method::GET);
        assert_eq!((reply.unwrap().status.as_u16(), repeated), (200, 2), "{fault}");
        let never: &'static [&'static str] = vec![fault, fault, fault, FINE].leak();
        let served = server(never);
        let (reply, repeated) = send(&served, Method::GET);
        assert_eq!(repeated, 2, "{fault}");
        assert!(reply.is_err() || reply.is_ok_and(|reply| reply.status == 503), "{fault}");
        assert_eq!(served.heads.lock().unwrap().len(), 3, "{fault}");
        let once = server(never);
        assert_eq!(send(&once, Method::POST).1, 0);
        assert_eq!(once.heads.lock().unwrap().len(), 1, "{fault}");
    }
}

#[test]
fn a_redirect_is_not_followed() {
    let (reply, _) = send(&server(&[AWAY]), Method::GET);
    let reply = reply.unwrap();
    assert_eq!(reply.status.as_u16(), 302);
    assert_eq!(reply.leads_to.as_deref(), Some("https://elsewhere.example"));
}

#[test]
fn what_is_too_much_or_too_late_is_told_and_the_token_is_not() {
    let unannounced = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}", "x".repeat(200));
    for large in [LARGE, unannounced.leak()] {
        let answers: &'static [&'static str] = vec![large].leak();
        assert_eq!(send(&server(answers), Method::GET).0, Err(Failure::TooLarge(100)));
    }
    let silent = send(&server(&[SILENT]), Method::POST).0.unwrap_err();
    assert_eq!(silent.to_string(), "no answer within 0.3 s");
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let address = Address::parse(&format!("http://{nobody}")).unwrap();
    let nobody = Server { address, heads: Arc::default() };
    let refused = send(&nobody, Method::POST).0.unwrap_err();
    assert!(refused.to_string().contains("refused"), "{refused}");
    for failure in [silent, refused] {
        assert!(!format!("{failure} {failure:?}").contains("secret"));
    }
}

#[test]
fn a_token_that_fits_no_header_is_not_told() {
    let token = SecretString::from("secret\nsecond line");
    let to = Address::parse("http://127.0.0.1:9").unwrap();
    let call = Call { method: Method::GET, path: "/", token: Some(&token), body: None };
    let failure = request(&to, &call).unwrap_err();
    assert_eq!(failure, Failure::Malformed("the token is not one line of ASCII"));
    let token = SecretString::from("secret");
    let call = Call { token: Some(&token), ..call };
    assert!(!format!("{:?} {call:?}", request(&to, &call)).contains("secret"));
}
