//! The webhook function with all that is around it.

use aws_sdk_ssm::types::ParameterType;
use aws_smithy_types::base64;
use kit::{Cloud, Function, Outcome, Relay, cloud, signature, wait};
use laptime_aws::Store;
use serde_json::{Value, json};

pub(super) const SECRET: &str = "a secret of the tests";
pub(super) const PARAMETER: &str = "/laptime/webhook-secret";

const VARIABLES: [(&str, &str); 2] =
    [("LAPTIME_TABLE", "laptime"), ("LAPTIME_SECRET", "ssm:/laptime/webhook-secret")];

/// The function on a table of its own, and what it calls.
pub(super) struct Hook {
    pub(super) function: Function,
    pub(super) relay: Relay,
    pub(super) direct: Cloud,
    pub(super) store: Store,
}

/// What the function answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u64,
    pub(super) body: String,
    pub(super) allow: Option<String>,
}

/// Who calls the function.
#[derive(Debug, Clone, Copy)]
pub(super) enum Front {
    FunctionUrl,
    /// An HTTP API, with its stage.
    HttpApi(&'static str),
}

/// A request as it comes to the front.
#[derive(Debug, Clone)]
pub(super) struct Request<'a> {
    pub(super) front: Front,
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) headers: Vec<(&'a str, String)>,
    pub(super) body: Vec<u8>,
    pub(super) in_base64: bool,
}

impl Hook {
    /// Set up and running, with the secret where it looks for it.
    pub(super) fn start() -> Self {
        Self::start_with(Some(SECRET), &[])
    }

    /// The same with another secret or none, and variables of its own.
    pub(super) fn start_with(secret: Option<&str>, variables: &[(&str, &str)]) -> Self {
        let direct = cloud();
        let store = direct.store();
        if let Some(secret) = secret {
            put_secret(&direct, secret);
        }
        let relay = Relay::before(&direct);
        let variables = [&VARIABLES, variables].concat();
        let function = Function::start("webhook", &relay.cloud, &variables);
        Self { function, relay, direct, store }
    }

    /// A signed delivery through the function URL.
    pub(super) fn deliver(&self, event: &str, guid: &str, body: &[u8]) -> Answer {
        self.send(&Request::delivery(event, guid, body))
    }

    pub(super) fn send(&self, request: &Request<'_>) -> Answer {
        match self.function.invoke(&request.envelope()) {
            Outcome::Response(reply) => Answer {
                status: reply["statusCode"].as_u64().unwrap(),
                body: reply["body"].as_str().unwrap().trim_end().to_owned(),
                allow: reply["headers"]["allow"].as_str().map(ToOwned::to_owned),
            },
            failed @ Outcome::Error(_) => panic!("{failed:?}"),
        }
    }
}

pub(super) fn put_secret(cloud: &Cloud, secret: &str) {
    let put = aws_sdk_ssm::Client::new(cloud.clients.config())
        .put_parameter()
        .name(PARAMETER)
        .r#type(ParameterType::SecureString)
        .overwrite(true)
        .value(secret);
    wait(put.send()).unwrap();
}

impl<'a> Request<'a> {
    /// A signed delivery.
    pub(super) fn delivery(event: &'a str, guid: &'a str, body: &[u8]) -> Self {
        Self::unsigned(event, body)
            .header("x-github-delivery", guid)
            .header("x-hub-signature-256", signature(SECRET, body))
    }

    pub(super) fn unsigned(event: &'a str, body: &[u8]) -> Self {
        Self {
            front: Front::FunctionUrl,
            method: "POST",
            path: "/",
            headers: vec![("x-github-event", event.to_owned())],
            body: body.to_owned(),
            in_base64: false,
        }
    }

    pub(super) fn header(mut self, name: &'a str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// As Lambda hands it over.
    fn envelope(&self) -> Value {
        let body = if self.in_base64 {
            base64::encode(&self.body)
        } else {
            String::from_utf8(self.body.clone()).unwrap()
        };
        let (route, stage, domain) = match self.front {
            Front::FunctionUrl => ("$default", "$default", "abc.lambda-url.us-east-1.on.aws"),
            Front::HttpApi(stage) => {
                ("POST /webhook", stage, "abc.execute-api.us-east-1.amazonaws.com")
            }
        };
        let path = match stage {
            "$default" => self.path.to_owned(),
            stage => format!("/{stage}{}", self.path),
        };
        let mut headers: serde_json::Map<String, Value> =
            self.headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        headers.insert("user-agent".to_owned(), json!("GitHub-Hookshot/044aadd"));
        headers.insert("body".to_owned(), json!("\"isBase64Encoded\":true"));
        json!({
            "version": "2.0", "routeKey": route, "rawPath": path, "rawQueryString": "",
            "headers": headers,
            "requestContext": {
                "accountId": "anonymous", "apiId": "abc", "domainName": domain,
                "domainPrefix": "abc", "requestId": "an id", "routeKey": route, "stage": stage,
                "http": {
                    "method": self.method, "path": path, "protocol": "HTTP/1.1",
                    "sourceIp": "192.0.2.1", "userAgent": "GitHub-Hookshot/044aadd",
                },
                "time": "01/May/2026:12:00:00 +0000", "timeEpoch": 1_777_636_800_000_u64,
            },
            "body": if self.method == "GET" { Value::Null } else { json!(body) },
            "isBase64Encoded": self.in_base64,
        })
    }
}
