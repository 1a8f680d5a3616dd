//! Which operation of which service a request calls, and how that service refuses.

/// A call.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: String,
    /// With its query.
    pub(super) path: String,
    /// As AWS calls it: `PutItem`, `PutObject`.
    pub(super) operation: String,
    protocol: Protocol,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protocol {
    /// `DynamoDB`, SSM, Secrets Manager: the operation is in a header.
    Json,
    /// `CloudWatch`: the operation is in the path.
    Cbor,
    /// S3: the operation is the method, on a bucket or an object.
    Rest,
    /// SNS: the operation is in the body.
    Query,
}

impl Call {
    pub(super) fn of(head: &str, body: &[u8]) -> Self {
        let mut first = head.split(' ');
        let method = first.next().unwrap_or_default().to_owned();
        let path = first.next().unwrap_or_default().to_owned();
        let target = header(head, "x-amz-target");
        let (operation, protocol) = if let Some(target) = target {
            (target.rsplit('.').next().unwrap_or_default().to_owned(), Protocol::Json)
        } else if let Some((_, operation)) = path.split_once("/operation/") {
            (operation.to_owned(), Protocol::Cbor)
        } else if let Some(operation) = of_query(head, body) {
            (operation, Protocol::Query)
        } else {
            (of_s3(&method, &path), Protocol::Rest)
        };
        Self { method, path, operation, protocol }
    }

    /// The service's own way to answer with an error.
    pub(super) fn refusal(&self, status: u16, error: &str) -> Vec<u8> {
        let (headers, body) = match self.protocol {
            Protocol::Json => {
                let why = "as the test wants it";
                let body = format!(r#"{{"__type":"com.amazonaws#{error}","message":"{why}"}}"#);
                ("content-type: application/x-amz-json-1.0", body.into_bytes())
            }
            Protocol::Cbor => {
                let body = [&b"\xa1\x66__type\x78"[..], &[len(error)], error.as_bytes()].concat();
                ("smithy-protocol: rpc-v2-cbor\r\ncontent-type: application/cbor", body)
            }
            Protocol::Rest if self.method == "HEAD" => {
                ("content-type: application/xml", Vec::new())
            }
            Protocol::Query => {
                let why = "as the test wants it";
                let error = format!("<Code>{error}</Code><Message>{why}</Message>");
                let body = format!("<ErrorResponse><Error>{error}</Error></ErrorResponse>");
                ("content-type: text/xml", body.into_bytes())
            }
            Protocol::Rest => {
                let body = format!("<Error><Code>{error}</Code></Error>");
                ("content-type: application/xml", body.into_bytes())
            }
        };
        let size = body.len();
        let head = format!("HTTP/1.1 {status} Told\r\n{headers}\r\ncontent-length: {size}\r\n\r\n");
        [head.into_bytes(), body].concat()
    }
}

/// As in `Action=Publish&…`.
fn of_query(head: &str, body: &[u8]) -> Option<String> {
    let is_form = header(head, "content-type")?.contains("x-www-form-urlencoded");
    let body = std::str::from_utf8(body).ok().filter(|_| is_form)?;
    body.split('&').find_map(|pair| pair.strip_prefix("Action=")).map(str::to_owned)
}

fn len(text: &str) -> u8 {
    u8::try_from(text.len()).unwrap()
}

/// As in `PUT /bucket/key`.
fn of_s3(method: &str, path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default().trim_matches('/');
    let (verb, noun) = match (method, path.contains('/')) {
        ("GET", false) => return "ListObjectsV2".to_owned(),
        ("PUT", false) => ("Create", "Bucket"),
        ("PUT", true) => ("Put", "Object"),
        ("GET", true) => ("Get", "Object"),
        ("HEAD", true) => ("Head", "Object"),
        (other, true) => (other, "Object"),
        (other, false) => (other, "Bucket"),
    };
    format!("{verb}{noun}")
}

fn header(head: &str, name: &str) -> Option<String> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}
