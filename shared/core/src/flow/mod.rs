//! The flows, each in four beats: decode, load, decide, apply.

mod aggregate;
mod board;
mod dashboards;
mod filing;
mod findings;
mod judge;
mod matter;
mod measure;
mod notices;
mod notify;
mod publish;
mod receive;
mod remark;
mod report;
mod tell;
mod usage;

pub use aggregate::{Pass, Passed, aggregate, judged_rows};
pub use board::{Board, Home, View, workflow};
pub use dashboards::{Grafana, GrafanaPlan, GrafanaWritten, plan_grafana, update_grafana};
pub use filing::{Refolded, refold};
pub use findings::{findings, what_if};
pub use matter::{Ended, Matter};
pub use measure::{Installation, Pushed, measure};
pub use notices::{Announcement, NoticesPlanned, Step};
pub use notify::{Notified, Outline, Planning, Reporter};
pub use publish::{Published, publish};
pub use receive::{Answer, Delivery, receive};
pub use remark::{Remarked, RemarksPlanned, Spoken};
pub use report::{Period, ReportError, report};
pub use tell::{Audience, Heard, tell};
pub use usage::{USAGE_DAYS, usage};
