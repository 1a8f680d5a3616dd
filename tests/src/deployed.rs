//! The real template, deployed on the stand-in for AWS with the functions of this build.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cloud::{Cloud, authorization, cloud};
use crate::flows::wait;
use crate::patience::{PATIENCE, agent};
use crate::program::{Answer, read, variable};
use crate::scenario::signature;

/// The secret of the webhook, as it lies in the parameter that the template names.
const SECRET: &str = "a secret of the deployed tests";
const SECRET_NAME: &str = "/laptime/webhook-secret";

/// A stack of its own.
#[derive(Debug)]
pub struct Deployed {
    /// Its account.
    pub cloud: Cloud,
    /// Names of what is in it, by logical name, and the outputs.
    pub made: BTreeMap<String, String>,
    agent: ureq::Agent,
}

impl Deployed {
    /// Deploys the template with these parameters, `Name=value`.
    pub fn with(parameters: &[&str]) -> Self {
        let cloud = cloud();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/local.py");
        let output = cloud
            .environment(&mut Command::new(variable("LAPTIME_SAM_PYTHON")))
            .arg(script)
            .arg("deploy")
            .arg(variable("LAPTIME_FUNCTIONS"))
            .args(parameters)
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{told}");
        let made = serde_json::from_slice(&output.stdout).unwrap();
        let deployed = Self { cloud, made, agent: agent() };
        deployed.set_secret(SECRET);
        deployed
    }

    /// Puts the webhook's secret where the template says.
    pub fn set_secret(&self, secret: &str) {
        let put = aws_sdk_ssm::Client::new(self.cloud.clients.config())
            .put_parameter()
            .name(SECRET_NAME)
            .value(secret)
            .r#type(aws_sdk_ssm::types::ParameterType::SecureString)
            .overwrite(true)
            .send();
        wait(put).unwrap();
    }

    /// Name or ARN of something in the stack.
    pub fn name(&self, logical: &str) -> &str {
        self.made.get(logical).unwrap_or_else(|| panic!("{logical} is not in the stack"))
    }

    /// The store on its table.
    pub fn store(&self) -> laptime_aws::Store {
        self.cloud.clients.store(self.name("Table"), 35)
    }

    /// Posts a signed delivery to the function URL.
    pub fn deliver(&self, event: &str, guid: &str, body: &[u8]) -> Answer {
        let signature = signature(SECRET, body);
        let headers = [
            ("x-github-event", event),
            ("x-github-delivery", guid),
            ("x-hub-signature-256", &signature),
        ];
        self.post(&headers, body)
    }

    /// Posts to the function URL with these headers.
    pub fn post(&self, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = self.agent.post(self.name("WebhookUrl"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request.send(body).unwrap()).unwrap()
    }

    /// Invokes a function as its schedule would. What it answered, or what became of it.
    pub fn invoke(&self, logical: &str) -> Value {
        let path = format!("2015-03-31/functions/{}/invocations", self.name(logical));
        let answer = self
            .agent
            .post(format!("{}/{path}", self.cloud.endpoint))
            .header("authorization", authorization(&self.cloud.account, "lambda"))
            .send(r#"{"laptime": "schedule"}"#);
        let answer = read(answer.unwrap()).unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
        serde_json::from_str(&answer.body).unwrap()
    }

    /// Waits for what happens by itself.
    pub fn until(&self, what: &str, mut is: impl FnMut() -> bool) {
        let since = Instant::now();
        while !is() {
            assert!(since.elapsed() < PATIENCE, "{what} did not happen in {PATIENCE:?}");
            wait(async { tokio::time::sleep(Duration::from_millis(200)).await });
        }
    }

    /// The bucket of reports.
    pub fn reports(&self) -> &str {
        self.name("Reports")
    }
}
