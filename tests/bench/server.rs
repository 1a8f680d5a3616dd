//! The servers under load, as children.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::body::SECRET;

/// A running server. Killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) path: &'static str,
}

/// A variable that `tests/bench/run` sets.
pub(crate) fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: start `tests/bench/run`"))
}

/// `laptime` with arguments, not yet run.
pub(crate) fn laptime(args: &[&str]) -> Command {
    let mut command = Command::new(variable("LAPTIME_PROGRAM"));
    command.args(args).env("LAPTIME_WEBHOOK_SECRET", SECRET).env_remove("RUST_LOG");
    command
}

impl Server {
    /// `laptime serve` on a store, with a policy.
    pub(crate) fn laptime(data: &Path, policy: &str) -> Self {
        let config = data.join("bench.toml");
        std::fs::write(&config, policy).unwrap();
        let (data, config) = (data.to_str().unwrap(), config.to_str().unwrap());
        let args = ["serve", "--listen", "127.0.0.1:0", "--data", data, "--config", config];
        Self::start(laptime(&args), "/webhook")
    }

    /// Probot with an empty handler.
    pub(crate) fn probot() -> Self {
        let mut command = Command::new("node");
        command.arg("probot.js").current_dir(variable("BENCH_PEERS"));
        command.env("WEBHOOK_SECRET", SECRET).env("NODE_ENV", "production");
        Self::start(command, "/api/github/webhooks")
    }

    /// Waits until it says where it listens.
    fn start(mut command: Command, path: &'static str) -> Self {
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let address = loop {
            let mut line = String::new();
            assert_ne!(lines.read_line(&mut line).unwrap(), 0, "{command:?} ended at once");
            if let Some((_, rest)) = line.split_once("listening on http://") {
                break rest.split_whitespace().next().unwrap().parse().unwrap();
            }
        };
        // Somebody has to read on, or it stops at a full pipe.
        std::thread::spawn(move || {
            let mut rest = String::new();
            let _ = lines.read_to_string(&mut rest);
            eprint!("{rest}");
        });
        Self { child, address, path }
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already gone is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
