//! A chat in memory, which hears, refuses or falls silent as it is told.

use std::collections::VecDeque;
use std::sync::Mutex;

use laptime_core::port::{Channel, ChannelError, Notice};

use crate::doom::Doom;

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reception {
    /// It arrives.
    Heard,
    /// It surely does not.
    Refused,
    /// It arrives, and nobody says so.
    Unanswered,
    /// It does not arrive, and nobody says so.
    Lost,
}

/// The chat.
#[derive(Debug, Default)]
pub struct Chat {
    heard: Mutex<Vec<Notice>>,
    receptions: Mutex<VecDeque<Reception>>,
}

impl Chat {
    /// What becomes of the next messages; those after them are heard.
    pub fn then(&self, receptions: &[Reception]) {
        self.receptions.lock().unwrap().extend(receptions);
    }

    /// All messages that arrived.
    pub fn heard(&self) -> Vec<Notice> {
        self.heard.lock().unwrap().clone()
    }

    /// The same since this was asked last, as a chat shows them.
    pub fn take(&self) -> String {
        let heard = std::mem::take(&mut *self.heard.lock().unwrap());
        heard.into_iter().map(|notice| notice.chat).collect::<Vec<_>>().join("\n~~~\n")
    }
}

impl Channel for Chat {
    fn name(&self) -> &'static str {
        "chat"
    }

    async fn send(&self, notice: &Notice) -> Result<(), ChannelError> {
        let reception = self.receptions.lock().unwrap().pop_front().unwrap_or(Reception::Heard);
        if matches!(reception, Reception::Heard | Reception::Unanswered) {
            self.heard.lock().unwrap().push(notice.clone());
        }
        let failed = |is_unsure| Err(ChannelError { is_unsure, what: format!("{reception:?}") });
        match reception {
            Reception::Heard => Ok(()),
            Reception::Refused => failed(false),
            Reception::Unanswered | Reception::Lost => failed(true),
        }
    }
}

/// A chat as a process meets it that dies.
#[derive(Debug, Clone, Copy)]
pub struct DyingChat<'a> {
    /// The chat.
    pub chat: &'a Chat,
    /// When it dies.
    pub doom: &'a Doom,
}

impl Channel for DyingChat<'_> {
    fn name(&self) -> &'static str {
        self.chat.name()
    }

    async fn send(&self, notice: &Notice) -> Result<(), ChannelError> {
        let dead = |_| ChannelError { is_unsure: true, what: "the process is dead".to_owned() };
        self.doom.call(self.chat.send(notice), dead).await
    }
}
