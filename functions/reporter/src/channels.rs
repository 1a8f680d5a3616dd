//! The channels that notices go to.

use laptime_aws::Topic;
use laptime_core::port::{Channel, ChannelError, Notice};
use laptime_web::Hook;

/// One of them.
pub(crate) enum Way<'a> {
    Chat(&'a Hook),
    Topic(&'a Topic),
}

impl Channel for Way<'_> {
    fn name(&self) -> &'static str {
        match self {
            Self::Chat(hook) => hook.name(),
            Self::Topic(topic) => topic.name(),
        }
    }

    async fn send(&self, notice: &Notice) -> Result<(), ChannelError> {
        match self {
            Self::Chat(hook) => hook.send(notice).await,
            Self::Topic(topic) => topic.send(notice).await,
        }
    }
}
