//! `/metrics`: as Prometheus' own tools read it, and that no counter falls.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use kit::{Delivery, Laptime, Served, lines, recent_history, variable};
use laptime_core::config::{Policy, Source};
use laptime_core::dashboard::dashboards;
use laptime_core::time::Day;
use serde_json::{Value, json};

use crate::pages::filled;

fn prometheus() -> PathBuf {
    variable("LAPTIME_PROMETHEUS").into()
}

/// The page of metrics, once the first pass has counted.
fn scraped(served: &Served) -> String {
    loop {
        let page = served.visit("/metrics");
        match page.status {
            200 => {
                assert!(
                    page.header("content-type").unwrap().starts_with("text/plain; version=0.0.4")
                );
                return page.body;
            }
            status => assert_eq!(status, 503, "{}", page.body),
        }
    }
}

/// Every counter and part of a histogram, by its name and labels.
fn counters(page: &str) -> BTreeMap<String, f64> {
    let begins = ["cicd_", "laptime_job_", "laptime_step_"];
    let is_counter = |line: &&str| {
        begins.iter().any(|begin| line.starts_with(begin)) || line.contains("_total{")
    };
    let read = |line: &str| {
        let (name, value) = line.rsplit_once(' ').unwrap();
        (name.to_owned(), value.parse().unwrap())
    };
    page.lines().filter(is_counter).map(read).collect()
}

fn assert_nothing_fell(before: &str, after: &str) {
    let after = counters(after);
    for (name, value) in counters(before) {
        assert!(
            after.get(&name) >= Some(&value),
            "{name} fell from {value}: {:?}",
            after.get(&name)
        );
    }
}

fn attempts(page: &str, result: &str) -> f64 {
    let of_it = |name: &&String| {
        name.starts_with("laptime_attempts_total") && name.contains(&format!("\"{result}\""))
    };
    let counters = counters(page);
    counters.keys().filter(of_it).map(|name| counters[name]).sum()
}

fn today() -> Day {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    laptime_core::time::Time::from_millis(now.as_millis().try_into().unwrap()).day()
}

#[test]
fn promtool_finds_nothing_to_complain_about() {
    let folder = tempfile::tempdir().unwrap();
    let served = filled(&folder.path().join("data"), 60, today()).serve();
    let page = scraped(&served);
    assert!(attempts(&page, "success") > 40.0 && attempts(&page, "failure") > 3.0);
    let mut check = Command::new(prometheus().with_file_name("promtool"));
    let check = check.args(["check", "metrics"]).stdin(Stdio::piped());
    let mut check = check.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    check.stdin.take().unwrap().write_all(page.as_bytes()).unwrap();
    let output = check.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success() && said.is_empty(), "{}", String::from_utf8_lossy(&said));
}

/// A Prometheus that scrapes one server every second. Killed when dropped.
struct Scraper {
    child: Child,
    address: String,
}

impl Drop for Scraper {
    fn drop(&mut self) {
        // Already gone is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Scraper {
    fn of(served: &Served, token: &str, folder: &Path) -> Self {
        let config = folder.join("prometheus.yml");
        let target = served.host();
        let text = format!(
            "global: {{scrape_interval: 1s}}\nscrape_configs:\n- job_name: laptime\n  \
             authorization: {{credentials: {token}}}\n  static_configs: [{{targets: ['{target}']}}]\n"
        );
        std::fs::write(&config, text).unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let mut child = Command::new(prometheus())
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", folder.join("tsdb").display()))
            .arg(format!("--web.listen-address={address}"))
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let is_ready =
            lines.by_ref().map_while(Result::ok).any(|line| line.contains("ready to receive"));
        assert!(is_ready, "prometheus did not start");
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self { child, address }
    }

    fn ask(&self, query: &str) -> Value {
        let url = format!("http://{}/api/v1/query", self.address);
        let answer = ureq::get(&url).query("query", query).call();
        let answer = answer.unwrap_or_else(|error| panic!("{query}: {error}"));
        serde_json::from_reader(answer.into_body().into_reader()).unwrap()
    }

    /// Whether there is something to answer; what is no query fails.
    fn answers(&self, query: &str) -> bool {
        let answer = self.ask(query);
        assert_eq!(answer["status"], "success", "{query}: {answer}");
        answer["data"]["result"].as_array().is_some_and(|found| !found.is_empty())
    }

    /// The value of a query, asked until there is one.
    fn value(&self, query: &str) -> f64 {
        for _ in 0..20_000 {
            let answer = self.ask(query);
            if let Some(value) = answer["data"]["result"][0]["value"][1].as_str() {
                return value.parse().unwrap();
            }
        }
        panic!("{query} has no value");
    }
}

#[test]
fn a_real_prometheus_scrapes_it_with_the_token() {
    let folder = tempfile::tempdir().unwrap();
    let laptime = filled(&folder.path().join("data"), 60, today());
    let token = "a-token-of-the-tests";
    let served = laptime.serve_at("0.0.0.0:0", &[("LAPTIME_PAGE_TOKEN", token)]);
    let scraper = Scraper::of(&served, token, folder.path());
    assert!((scraper.value("sum(laptime_attempts_total)") - 60.0).abs() < f64::EPSILON);
    let executing = "cicd_pipeline_run_state=\"executing\"";
    let p95 = format!(
        "histogram_quantile(0.95, sum by (le) (cicd_pipeline_run_duration_seconds_bucket{{{executing}}}))"
    );
    assert!((300.0..=1_200.0).contains(&scraper.value(&p95)));
    assert!(scraper.value("time() - laptime_last_pass_timestamp_seconds") < 86_400.0);
    assert!((scraper.value("up{job=\"laptime\"}") - 1.0).abs() < f64::EPSILON);
}

/// What `/metrics` says of what matches: count and sum in seconds, over all segments.
fn told(page: &str, metric: &str, labels: &[String]) -> [f64; 2] {
    ["count", "sum"].map(|part| {
        let begin = format!("{metric}_{part}{{");
        let lines = page.lines().filter(|line| line.starts_with(&begin));
        let matching = lines.filter(|line| labels.iter().all(|label| line.contains(label)));
        matching.map(|line| line.rsplit_once(' ').unwrap().1.parse::<f64>().unwrap()).sum()
    })
}

#[test]
fn jobs_and_steps_are_told_as_the_report_tells_them() {
    let folder = tempfile::tempdir().unwrap();
    let laptime = filled(&folder.path().join("data"), 60, today());
    let page = scraped(&laptime.serve());
    let to = today().next().start().to_string();
    let report = laptime.ok(&["report", "--to", &to, "--format", "json"]);
    let report: Value = serde_json::from_str(&report).unwrap();
    let assert_same = |metric: &str, labels: &[String], figures: &Value| {
        let [count, sum] = told(&page, metric, labels);
        let number = |key: &str| figures[key].as_f64().unwrap();
        assert!((count - number("count")).abs() < 0.5, "{metric} {labels:?}: {count}, {figures}");
        // Means are rounded to a thousandth.
        assert!((sum / count - number("mean")).abs() < 0.001, "{metric} {labels:?}: {sum}");
    };
    let mut steps = 0;
    for workflow in report["workflows"].as_array().unwrap() {
        for job in workflow["jobs"].as_array().unwrap() {
            let labels = [
                format!("workflow_id=\"{}\"", workflow["workflow_id"]),
                format!("cicd_pipeline_task_name={}", job["name"]),
            ];
            assert_same("laptime_job_duration_seconds", &labels, &job["ran_s"]);
            assert_same("laptime_job_queue_seconds", &labels, &job["queued_s"]);
            let took_time = |step: &&Value| step["ran_s"]["max"].as_f64() > Some(0.0);
            for step in job["steps"].as_array().unwrap().iter().filter(took_time) {
                assert_eq!(step["occurrence"], 1);
                let labels = [&labels[..], &[format!("step={}", step["name"])]].concat();
                assert_same("laptime_step_duration_seconds", &labels, &step["ran_s"]);
                steps += 1;
            }
        }
    }
    assert!(steps > 5, "{steps}");
}

fn replay(laptime: &Laptime, folder: &Path, deliveries: &[Delivery], received: Day) {
    let file = folder.join("more.jsonl");
    std::fs::write(&file, lines(deliveries)).unwrap();
    let (data, now) = (folder.join("data"), received.next().start().to_string());
    laptime.ok(&[
        "replay",
        "--data",
        data.to_str().unwrap(),
        "--now",
        &now,
        file.to_str().unwrap(),
    ]);
}

/// The deliveries again, as GitHub would tell of them after something changed its mind: every failure
/// was a success after all.
fn corrected(deliveries: &[Delivery]) -> Vec<Delivery> {
    let is_failed = |one: &&Delivery| {
        one.event == "workflow_run" && one.body["workflow_run"]["conclusion"] == "failure"
    };
    let correct = |one: &Delivery| {
        let mut one = one.clone();
        let run = &mut one.body["workflow_run"];
        run["conclusion"] = json!("success");
        let later = run["updated_at"].as_str().unwrap().replace('Z', ".500Z");
        run["updated_at"] = json!(later);
        one
    };
    deliveries.iter().filter(is_failed).map(correct).collect()
}

#[test]
fn no_counter_falls_whatever_happens_to_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    // Old enough that a later pass seals it.
    let received = Day(today().0 - 30);
    let laptime = filled(&data, 44, received);
    let (mut told, mut last) = (Vec::new(), 44.0);
    let mut look = |what: &'static str, laptime: &Laptime| {
        let served = laptime.serve();
        told.push((what, scraped(&served)));
        assert_eq!(served.stop(), Some(0));
    };
    look("at first", &laptime);
    look("started again", &laptime);
    laptime.ok(&["aggregate"]);
    look("aggregated again", &laptime);
    replay(&laptime, folder.path(), &corrected(&recent_history(44, received)), received);
    look("corrected", &laptime);
    replay(&laptime, folder.path(), &recent_history(66, received), received);
    look("with late facts", &laptime);
    let store = rusqlite::Connection::open(data.join("laptime.db")).unwrap();
    store.execute("UPDATE day SET touched = 1 WHERE sealed = 0", []).unwrap();
    drop(store);
    look("every day computed anew", &laptime);
    laptime.ok(&["aggregate", "--now", &Day(today().0 + 30).start().to_string()]);
    look("sealed", &laptime);
    replay(&laptime, folder.path(), &recent_history(70, received), today());
    look("refused", &laptime);

    for pair in told.windows(2) {
        let [(_, before), (what, after)] = pair else { unreachable!() };
        assert_nothing_fell(before, after);
        let sum: f64 = ["success", "failure"].map(|result| attempts(after, result)).iter().sum();
        assert!(sum >= last, "{what}: {sum} after {last}");
        last = sum;
    }
    let page = |of: &str| &told.iter().find(|(what, _)| *what == of).unwrap().1;
    assert_eq!(
        (attempts(page("at first"), "failure"), attempts(page("at first"), "success")),
        (4.0, 40.0)
    );
    assert!((attempts(page("corrected"), "failure") - 4.0).abs() < f64::EPSILON, "it stays");
    assert!((attempts(page("corrected"), "success") - 44.0).abs() < f64::EPSILON);
    assert!(page("sealed").contains("laptime_attempts{state=\"filed\"} 0"), "{}", page("sealed"));
}

/// Every query of a dashboard.
fn queries(model: &Value, found: &mut Vec<String>) {
    match model {
        Value::Object(fields) => {
            found.extend(fields.get("expr").and_then(Value::as_str).map(ToOwned::to_owned));
            fields.values().for_each(|value| queries(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| queries(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Names of metrics: those of a query, or those that a page shows.
fn metrics(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("laptime_") || word.starts_with("cicd_pipeline_run_d"))
}

#[test]
fn prometheus_answers_all_that_the_dashboards_ask() {
    let folder = tempfile::tempdir().unwrap();
    let laptime = filled(&folder.path().join("data"), 40, today());
    let served = laptime.serve();
    let page = scraped(&served);
    let shown: BTreeSet<&str> = metrics(&page).collect();
    let scraper = Scraper::of(&served, "none", folder.path());
    // A rate is one of several scrapes, with more at the last of them.
    while scraper.value("min(count_over_time(laptime_attempts_total[1m]))") < 2.0 {}
    let address = served.host();
    assert_eq!(served.stop(), Some(0));
    replay(&laptime, folder.path(), &recent_history(60, today()), today());
    let _served = laptime.serve_at(&address, &[]);
    while scraper.value("sum(laptime_attempts_total)") < 60.0 {}
    let mut asked = Vec::new();
    for dashboard in dashboards(&Policy::default(), Source::Prometheus) {
        let model = serde_json::to_value(&dashboard.model).unwrap();
        queries(&model, &mut asked);
    }
    assert!(asked.len() > 60, "{}", asked.len());
    let mut unanswered = Vec::new();
    for query in &asked {
        for name in metrics(query) {
            assert!(shown.contains(name), "{name} of {query} is not shown");
        }
        // As Grafana fills them in.
        let query = query.replace("$__rate_interval", "1m").replace("$__range", "1h");
        let query = query.replace("=\"$repository\"", "=~\".+\"");
        let chosen = ["$workflow", "$segment", "$job"];
        let query = chosen
            .iter()
            .fold(query, |query, chosen| query.replace(&format!("=\"{chosen}\""), "=~\".+\""));
        assert!(!query.contains('$'), "{query}");
        if !scraper.answers(&query) {
            unanswered.push(query);
        }
    }
    // No run was cancelled here and no job failed, and a trend takes thirty days of scrapes.
    insta::assert_snapshot!(unanswered.join("\n"), @r#"
    sum by () (increase(laptime_attempts_total{cicd_pipeline_result!~"success|failure|error|timeout"}[1m]))
    100 * (histogram_quantile(0.5, sum by (repository, cicd_pipeline_name, segment, le) (increase(cicd_pipeline_run_duration_seconds_bucket{cicd_pipeline_run_state="executing"}[15d]))) / histogram_quantile(0.5, sum by (repository, cicd_pipeline_name, segment, le) (increase(cicd_pipeline_run_duration_seconds_bucket{cicd_pipeline_run_state="executing"}[15d] offset 15d))) - 1)
    100 * (histogram_quantile(0.5, sum by (le) (increase(cicd_pipeline_run_duration_seconds_bucket{repository=~".+", cicd_pipeline_name=~".+", segment=~".+", cicd_pipeline_run_state="executing"}[15d]))) / histogram_quantile(0.5, sum by (le) (increase(cicd_pipeline_run_duration_seconds_bucket{repository=~".+", cicd_pipeline_name=~".+", segment=~".+", cicd_pipeline_run_state="executing"}[15d] offset 15d))) - 1)
    sum by () (increase(laptime_attempts_total{repository=~".+", cicd_pipeline_name=~".+", segment=~".+", cicd_pipeline_result!~"success|failure|error|timeout"}[1m]))
    sum by () (increase(laptime_jobs_total{repository=~".+", cicd_pipeline_name=~".+", segment=~".+", cicd_pipeline_task_name=~".+", cicd_pipeline_task_run_result=~"success|failure|error|timeout", cicd_pipeline_task_run_result!="success"}[1m]))
    sum by () (increase(laptime_jobs_total{repository=~".+", cicd_pipeline_name=~".+", segment=~".+", cicd_pipeline_task_name=~".+", cicd_pipeline_task_run_result!~"success|failure|error|timeout"}[1m]))
    "#);
}
