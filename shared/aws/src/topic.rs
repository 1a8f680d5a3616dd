//! A topic of SNS, which sends what it is given to whoever has subscribed to it.

use aws_sdk_sns::Client;
use aws_sdk_sns::config::retry::RetryConfig;
use aws_sdk_sns::error::{ProvideErrorMetadata, SdkError};
use laptime_core::port::{Channel, ChannelError, Notice};

use crate::Clients;
use crate::said::said;
use crate::unsent::was_refused;

/// A topic.
#[derive(Debug, Clone)]
pub struct Topic {
    client: Client,
    arn: TopicArn,
}

/// The name of a topic: `arn:aws:sns:REGION:ACCOUNT:NAME`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicArn(String);

/// In which form it is written.
pub const TOPIC_FORM: &str = "arn:aws:sns:REGION:ACCOUNT:NAME";

/// Text that is no such name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not of the form {TOPIC_FORM}")]
pub struct NotATopic;

impl std::str::FromStr for TopicArn {
    type Err = NotATopic;

    fn from_str(text: &str) -> Result<Self, NotATopic> {
        let parts: Vec<&str> = text.split(':').collect();
        let ["arn", partition, "sns", region, account, name] = parts[..] else {
            return Err(NotATopic);
        };
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        let is_part = |part: &&str| !part.is_empty() && part.chars().all(fits);
        let are_parts = [partition, region, account, name].iter().all(is_part);
        are_parts.then(|| Self(text.to_owned())).ok_or(NotATopic)
    }
}

impl Clients {
    /// A topic. What it is given twice it sends twice, so nothing is tried again here.
    pub fn topic(&self, arn: TopicArn) -> Topic {
        let config = aws_sdk_sns::config::Builder::from(self.config());
        let config = config.retry_config(RetryConfig::disabled()).build();
        Topic { client: Client::from_conf(config), arn }
    }
}

impl Channel for Topic {
    fn name(&self) -> &'static str {
        "sns"
    }

    async fn send(&self, notice: &Notice) -> Result<(), ChannelError> {
        let publish = self.client.publish().topic_arn(&self.arn.0);
        let publish = publish.subject(&notice.subject).message(&notice.plain);
        publish.send().await.map(drop).map_err(|error| self.failed(&error))
    }
}

impl Topic {
    fn failed<E>(&self, error: &SdkError<E>) -> ChannelError
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let is_unsure = !was_refused(error);
        let what_to_do = match error.code() {
            Some("NotFound" | "NotFoundException") => {
                ": there is no such topic; name another in LAPTIME_TOPIC"
            }
            Some("AuthorizationError" | "AuthorizationErrorException") => {
                ": whoever sends needs sns:Publish on it"
            }
            _ if is_unsure => "; as it may have arrived, it is sent again in ten minutes",
            _ => "; the next pass tries again",
        };
        let (arn, said) = (&self.arn.0, said(error));
        ChannelError {
            is_unsure,
            what: format!("{arn} did not take a notice ({said}){what_to_do}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_named_by_its_arn() {
        for fine in
            ["arn:aws:sns:us-east-1:123456789012:laptime", "arn:aws-cn:sns:cn-north-1:1:a-b_c"]
        {
            assert_eq!(fine.parse(), Ok(TopicArn(fine.to_owned())));
        }
        for wrong in [
            "",
            "laptime",
            "arn:aws:sqs:us-east-1:1:a",
            "arn:aws:sns:us-east-1:1:",
            "arn:aws:sns:us-east-1:1:a:b",
            "arn:aws:sns:us east:1:a",
        ] {
            assert_eq!(wrong.parse::<TopicArn>(), Err(NotATopic), "{wrong}");
        }
    }
}
