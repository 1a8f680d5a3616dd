//! How long tests wait on a busy machine.

use std::time::Duration;

/// For an answer, and for what happens by itself. Far longer than anything takes, so that only
/// what never comes fails a test; schedules come once a minute.
pub const PATIENCE: Duration = Duration::from_mins(3);

/// A client to which every status is an answer.
pub fn agent() -> ureq::Agent {
    let settings = ureq::Agent::config_builder().http_status_as_error(false);
    settings.timeout_global(Some(PATIENCE)).build().new_agent()
}
