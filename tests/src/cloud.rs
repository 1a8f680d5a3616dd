//! The stand-in for AWS as a child process: one for all tests, with an account for each.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{Region, SdkConfig};
use aws_sdk_dynamodb::config::Credentials;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    StreamSpecification, StreamViewType,
};
use laptime_aws::{Clients, Store};

use crate::faulty::Faulty;
use crate::flows::wait;
use crate::patience::{PATIENCE, agent};
use crate::program::variable;

const TABLE: &str = "laptime";

/// It loads each with the first call, which on a busy disk takes longer than our programs wait.
const SERVICES: [&str; 7] =
    ["dynamodb", "dynamodbstreams", "ssm", "secretsmanager", "monitoring", "s3", "sns"];

/// Kills the stand-in when this process ends, however it ends.
const GUARD: &str = r#""$0" >/dev/null 2>&1 & pid=$!; cat >/dev/null; kill "$pid""#;

struct StandIn {
    port: u16,
    // Held open: its end is the end of the stand-in.
    _child: Child,
    _state: tempfile::TempDir,
}

/// An account of its own on the stand-in.
#[derive(Debug, Clone)]
pub struct Cloud {
    /// What clients are made from.
    pub clients: Clients,
    /// Its address.
    pub endpoint: String,
    /// Its access key, which is the account's id.
    pub account: String,
}

/// A new account.
pub fn cloud() -> Cloud {
    static STAND_IN: LazyLock<StandIn> = LazyLock::new(StandIn::start);
    static LAST: AtomicU64 = AtomicU64::new(100_000_000_000);
    let endpoint = format!("http://127.0.0.1:{}", STAND_IN.port);
    let account = (LAST.fetch_add(1, Ordering::Relaxed) + 1).to_string();
    Cloud::new(endpoint, account).patient()
}

/// As much of a signature as the stand-in reads: whose call it is, and of which service.
pub(crate) fn authorization(account: &str, service: &str) -> String {
    format!("AWS4-HMAC-SHA256 Credential={account}/20260501/us-east-1/{service}/aws4_request")
}

async fn config(endpoint: &str, account: &str) -> SdkConfig {
    Clients::loader()
        .endpoint_url(endpoint)
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new(account, "not a secret", None, None, "tests"))
        .load()
        .await
}

impl StandIn {
    fn start() -> Self {
        let state = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new("sh")
            .args(["-c", GUARD, &variable("LAPTIME_MINISTACK")])
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}"))
            .env("STATE_DIR", state.path().join("state"))
            .env("S3_DATA_DIR", state.path().join("s3"))
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let since = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(since.elapsed() < PATIENCE, "the stand-in for AWS does not come up");
            std::thread::yield_now();
        }
        let stand_in = Self { port, _child: child, _state: state };
        for service in SERVICES {
            stand_in.load(service);
        }
        stand_in
    }

    /// Calls a service for nothing.
    fn load(&self, service: &str) {
        let called = agent()
            .post(format!("http://127.0.0.1:{}/", self.port))
            .header("authorization", authorization("1", service))
            .send_empty();
        assert!(called.is_ok(), "the stand-in for AWS does not answer for {service}: {called:?}");
    }
}

impl Cloud {
    fn new(endpoint: String, account: String) -> Self {
        let clients = Clients::new(wait(config(&endpoint, &account)));
        Self { clients, endpoint, account }
    }

    /// Through clients that wait longer than ours do: a call that is tried again because its answer
    /// was late finds its own work done.
    fn patient(self) -> Self {
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(PATIENCE).build();
        let config = self.clients.config().to_builder().timeout_config(timeouts).build();
        Self { clients: Clients::new(config), ..self }
    }

    /// The same account at another address, through clients like those of our programs.
    #[must_use]
    pub fn reached_at(&self, endpoint: &str) -> Self {
        Self::new(endpoint.to_owned(), self.account.clone())
    }

    /// The ARN of the table's stream.
    pub fn stream(&self) -> String {
        let client = aws_sdk_dynamodb::Client::new(self.clients.config());
        let described = wait(client.describe_table().table_name(TABLE).send()).unwrap();
        described.table.unwrap().latest_stream_arn.unwrap()
    }

    /// The store, through a client in trouble, which nothing is tried again for.
    pub fn troubled_store(&self, client: &Faulty) -> Store {
        let config = self.clients.config().to_builder().http_client(client.clone());
        Clients::new(config.retry_config(RetryConfig::disabled()).build()).store(TABLE, 35)
    }

    /// Calls an operation of SQS, which needs no SDK for this little: parameters as in
    /// `Action=ReceiveMessage&QueueUrl=…`. What was answered.
    pub fn sqs(&self, parameters: &[(&str, &str)]) -> String {
        let request = ureq::post(format!("{}/", self.endpoint))
            .header("authorization", authorization(&self.account, "sqs"));
        let answer = request.send_form(parameters.iter().copied());
        answer.unwrap().body_mut().read_to_string().unwrap()
    }

    /// The variables by which programs find this account.
    pub fn environment<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("AWS_ACCESS_KEY_ID", &self.account)
            .env("AWS_SECRET_ACCESS_KEY", "not a secret")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .env("SAM_CLI_TELEMETRY", "0")
    }

    /// A store on a new table.
    pub fn store(&self) -> Store {
        wait(self.create_table());
        self.clients.store(TABLE, 35)
    }

    async fn create_table(&self) {
        let attribute = |name: &str| {
            let text = AttributeDefinition::builder().attribute_name(name);
            text.attribute_type(ScalarAttributeType::S).build().unwrap()
        };
        let key = |name: &str, kind| {
            KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap()
        };
        let stream = StreamSpecification::builder()
            .stream_enabled(true)
            .stream_view_type(StreamViewType::KeysOnly);
        aws_sdk_dynamodb::Client::new(self.clients.config())
            .create_table()
            .table_name(TABLE)
            .billing_mode(BillingMode::PayPerRequest)
            .attribute_definitions(attribute("p"))
            .attribute_definitions(attribute("s"))
            .key_schema(key("p", KeyType::Hash))
            .key_schema(key("s", KeyType::Range))
            .stream_specification(stream.build().unwrap())
            .send()
            .await
            .unwrap();
    }
}
