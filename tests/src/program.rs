//! The real `laptime` as a child process.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use crate::patience::agent;
use crate::scenario::signature;

/// A variable that `make test` sets; missing ones say so.
pub fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run `make test`"))
}

/// The program on one data folder.
#[derive(Debug)]
pub struct Laptime {
    data: PathBuf,
    /// Address and token of a GitHub.
    forge: Option<(String, String)>,
}

/// A running `laptime serve`. Killed when dropped.
#[derive(Debug)]
pub struct Served {
    child: Child,
    address: String,
    agent: ureq::Agent,
}

/// What becomes of the log of a server once it has said where it listens.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Log {
    IsRead,
    IsClosed,
}

/// What a server answered.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: String,
}

/// The secret of the tests.
const SECRET: &str = "a secret of the tests";

impl Laptime {
    /// The program of this build, on a data folder.
    pub fn on(data: &Path) -> Self {
        Self { data: data.to_owned(), forge: None }
    }

    /// The program of this build, on a table of a stack.
    pub fn on_table(table: &str) -> Self {
        Self { data: format!("dynamodb://{table}").into(), forge: None }
    }

    /// The same, telling people on this GitHub.
    #[must_use]
    pub fn telling(mut self, api: &str, token: &str) -> Self {
        self.forge = Some((api.to_owned(), token.to_owned()));
        self
    }

    /// Its data folder.
    pub fn data(&self) -> &str {
        self.data.to_str().unwrap()
    }

    /// A command with its arguments, not yet run.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.prepared(Command::new(variable("LAPTIME_PROGRAM")));
        command.args(args);
        command
    }

    fn shell(&self, script: &str) -> Command {
        let mut command = self.prepared(Command::new("sh"));
        command.args(["-c", script]);
        command
    }

    fn prepared(&self, mut command: Command) -> Command {
        command.env("LAPTIME_DATA", &self.data).env("LAPTIME_WEBHOOK_SECRET", SECRET);
        command.env("RUST_LOG", "info").stdin(Stdio::null());
        for name in ["GITHUB_TOKEN", "GITHUB_APP_ID", "GITHUB_APP_KEY"] {
            command.env_remove(name);
        }
        if let Some((api, token)) = &self.forge {
            command.env("GITHUB_API_URL", api).env("GITHUB_TOKEN", token);
        }
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs a command that must succeed, for its output.
    pub fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "laptime {args:?}: {}\n{err}", output.status);
        out
    }

    /// Runs a command that must fail with exit code 2, for what it says.
    pub fn fails(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(2), "laptime {args:?}: {}", text(&output.stdout));
        text(&output.stderr)
    }

    /// Starts `serve` on a free port, aggregating only when told to.
    pub fn serve(&self) -> Served {
        self.start(None, Log::IsRead)
    }

    /// The same with nobody at the other end of its log.
    pub fn serve_unheard(&self) -> Served {
        self.start(None, Log::IsClosed)
    }

    /// The same in a process that may not write files larger than this: as good as a full disk.
    pub fn serve_with_file_limit(&self, kilobytes: u32) -> Served {
        self.start(Some(kilobytes), Log::IsRead)
    }

    /// The same on another address, with these variables.
    pub fn serve_at(&self, listen: &str, variables: &[(&str, &str)]) -> Served {
        let config = self.config();
        let args = ["serve", "--listen", listen, "--config", config.to_str().unwrap()];
        let mut command = self.command(&args);
        command.envs(variables.iter().copied());
        Served::started(command, Log::IsRead)
    }

    fn config(&self) -> PathBuf {
        let config = self.data.join("test.toml");
        std::fs::create_dir_all(&self.data).unwrap();
        std::fs::write(&config, "[serve]\naggregate_every_s = 86400\n").unwrap();
        config
    }

    fn start(&self, file_limit: Option<u32>, log: Log) -> Served {
        let config = self.config();
        let args = ["serve", "--listen", "127.0.0.1:0", "--config", config.to_str().unwrap()];
        let mut command = self.command(&args);
        if let Some(kilobytes) = file_limit {
            let program = command.get_program().to_owned();
            let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", 2 * kilobytes);
            command = self.shell(&script);
            command.arg(program).args(args);
        }
        Served::started(command, log)
    }
}

impl Served {
    fn started(mut command: Command, log: Log) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| {
                Some(line.split_once("listening on ")?.1.split(' ').next()?.to_owned())
            })
            .expect("serve says where it listens");
        // Somebody has to read on, or the program stops at a full pipe.
        if log == Log::IsRead {
            std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        }
        Self { child, address, agent: agent() }
    }

    /// Address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// Posts a signed delivery.
    pub fn deliver(&self, event: &str, guid: &str, body: &[u8]) -> Answer {
        let headers = [
            ("x-github-event", event),
            ("x-github-delivery", guid),
            ("x-hub-signature-256", &self.sign(body)),
        ];
        self.post(&headers, body).unwrap()
    }

    /// Posts a signed delivery to a server that may be gone.
    pub fn try_deliver(&self, event: &str, body: &[u8]) -> Result<Answer, ureq::Error> {
        let signature = self.sign(body);
        self.post(&[("x-github-event", event), ("x-hub-signature-256", &signature)], body)
    }

    /// The signature the server believes.
    pub fn sign(&self, body: &[u8]) -> String {
        signature(SECRET, body)
    }

    /// Posts to the webhook with these headers.
    pub fn post(&self, headers: &[(&str, &str)], body: &[u8]) -> Result<Answer, ureq::Error> {
        let mut request = self.agent.post(self.url("/webhook"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request.send(body)?)
    }

    /// Gets a path.
    pub fn get(&self, path: &str) -> Answer {
        read(self.agent.get(self.url(path)).call().unwrap()).unwrap()
    }

    /// Kills it at once, as the kernel would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, with SIGTERM.
    pub fn ask_to_stop(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }

    /// Asks it to stop and waits; the exit code.
    pub fn stop(mut self) -> Option<i32> {
        self.ask_to_stop();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Already gone is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn read(mut response: ureq::http::Response<ureq::Body>) -> Result<Answer, ureq::Error> {
    let status = response.status().as_u16();
    Ok(Answer { status, body: response.body_mut().read_to_string()? })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
