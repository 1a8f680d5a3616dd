//! The real program, over HTTP and on disk.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use kit::{Delivery, Laptime, Served, busy_history, jumbled, lines, report_schema, signature};
use serde_json::Value;

const NOW: &str = "2026-06-01T00:00:00Z";

/// Delivers over eight connections; how many were stored and how many were not new.
fn deliver_all(served: &Served, deliveries: &[Delivery]) -> [usize; 2] {
    let next = AtomicUsize::new(0);
    let answered = [AtomicUsize::new(0), AtomicUsize::new(0)];
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(one) = deliveries.get(at) else { break };
                    let body = one.body.to_string();
                    let answer = served.deliver(one.event, &format!("guid-{at}"), body.as_bytes());
                    assert!(matches!(answer.status, 200 | 202), "{answer:?}");
                    answered[usize::from(answer.status == 200)].fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    answered.map(AtomicUsize::into_inner)
}

fn json_report(laptime: &Laptime) -> String {
    laptime.ok(&["report", "--format", "json", "--from", "2026-05-01", "--now", NOW])
}

fn in_folder(check: impl FnOnce(&Path)) {
    let folder = tempfile::tempdir().unwrap();
    check(folder.path());
}

/// No time below zero anywhere in a report; changes in per cent may be.
fn assert_no_negative_time(value: &Value) {
    match value {
        Value::Object(fields) => {
            let times = fields.iter().filter(|(name, _)| !name.ends_with("_pct"));
            times.for_each(|(_, field)| assert_no_negative_time(field));
        }
        Value::Array(items) => items.iter().for_each(assert_no_negative_time),
        Value::Number(number) => assert!(number.as_f64().unwrap() >= 0.0, "{number}"),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// A store with these deliveries in it, received at `now`.
fn replayed(folder: &Path, deliveries: &[Delivery], now: &str) -> Laptime {
    let file = folder.with_extension("jsonl");
    fs::write(&file, lines(deliveries)).unwrap();
    let laptime = Laptime::on(folder);
    let (data, file) = (folder.to_str().unwrap(), file.to_str().unwrap());
    laptime.ok(&["replay", "--data", data, "--now", now, file]);
    laptime
}

#[test]
fn eight_thousand_jumbled_deliveries_make_the_report_that_ordered_ones_make() {
    in_folder(|folder| {
        let deliveries = busy_history(1_000);
        let sent = jumbled(&deliveries);
        let laptime = Laptime::on(&folder.join("jumbled"));
        let served = laptime.serve();
        let [stored, repeated] = deliver_all(&served, &sent);
        assert_eq!((stored, stored + repeated), (deliveries.len(), sent.len()));
        assert!(sent.len() > 10_000 && repeated > 2_000, "{stored} and {repeated}");
        laptime.ok(&["aggregate"]);
        assert_eq!(served.stop(), Some(0));

        let ordered = replayed(&folder.join("ordered"), &deliveries, NOW);
        ordered.ok(&["aggregate"]);
        let report = json_report(&laptime);
        assert_eq!(report, json_report(&ordered));

        let report: Value = serde_json::from_str(&report).unwrap();
        let workflows = report["workflows"].as_array().unwrap();
        let attempts: u64 = workflows.iter().map(|one| one["attempts"].as_u64().unwrap()).sum();
        assert_eq!((workflows.len(), attempts), (3, 1_000));
    });
}

#[test]
fn a_killed_server_and_killed_passes_lose_nothing_that_was_answered_for() {
    in_folder(|folder| {
        let deliveries = busy_history(150);
        let half = deliveries.len() / 2;
        let laptime = Laptime::on(&folder.join("killed"));
        let served = laptime.serve();
        deliver_all(&served, &deliveries[..half]);
        served.kill();
        let status: Value =
            serde_json::from_str(&laptime.ok(&["status", "--format", "json"])).unwrap();
        assert_eq!(status["events"], half);

        let served = laptime.serve();
        assert_eq!(deliver_all(&served, &deliveries), [deliveries.len() - half, half]);
        served.kill();
        let store = rusqlite::Connection::open(folder.join("killed/laptime.db")).unwrap();
        for moment in [
            "SELECT holder IS NOT NULL FROM pass",
            "SELECT count(*) > 0 FROM day WHERE touched = 1",
            "SELECT count(*) > 3 FROM day WHERE touched = 0",
        ] {
            let mut pass = laptime.command(&["aggregate"]).spawn().unwrap();
            while !store.query_row(moment, [], |row| row.get::<_, bool>(0)).unwrap() {
                assert!(pass.try_wait().unwrap().is_none(), "it ended before: {moment}");
            }
            pass.kill().unwrap();
            assert_eq!(pass.wait().unwrap().code(), None, "killed, not ended: {moment}");
            // As if ten seconds had gone by.
            store.execute("UPDATE pass SET until = 0", []).unwrap();
        }
        laptime.ok(&["aggregate"]);

        let whole = replayed(&folder.join("whole"), &deliveries, NOW);
        whole.ok(&["aggregate"]);
        assert_eq!(json_report(&laptime), json_report(&whole));
    });
}

#[test]
fn strangers_and_mistakes_get_the_right_answer() {
    in_folder(|folder| {
        let served = Laptime::on(folder).serve();
        let body = busy_history(1).remove(0).body.to_string();
        let body = body.as_bytes();
        let signed = served.sign(body);
        let wrong = signature("another secret", body);
        let event = ("x-github-event", "workflow_run");
        let post = |headers: &[(&str, &str)]| served.post(headers, body).unwrap();
        let deliver = |event: &str, body: &[u8]| served.deliver(event, "a guid", body);
        let no_ids = br#"{"action":"completed","workflow_job":{}}"#;
        let answers = [
            ("unsigned", post(&[event])),
            ("garbled", post(&[event, ("x-hub-signature-256", "sha256=12")])),
            ("wrong", post(&[event, ("X-Hub-Signature-256", &wrong)])),
            ("no event", post(&[("x-hub-signature-256", &signed)])),
            ("first", deliver("workflow_run", body)),
            ("again", deliver("workflow_run", body)),
            ("ping", deliver("ping", b"{\"zen\":\"\"}")),
            ("push", deliver("push", b"{}")),
            ("not JSON", deliver("workflow_run", b"<xml/>")),
            ("no ids", deliver("workflow_job", no_ids)),
            ("too large", deliver("workflow_run", &vec![b' '; 5 * 1024 * 1024 + 1])),
            ("get webhook", served.get("/webhook")),
            ("elsewhere", served.get("/wp-login.php")),
            ("health", served.get("/healthz")),
        ];
        let said = answers.map(|(what, one)| format!("{what}: {} {}", one.status, one.body.trim()));
        insta::assert_snapshot!(said.join("\n"), @"
        unsigned: 401 header X-Hub-Signature-256 is missing: set a secret on the GitHub webhook
        garbled: 401 header X-Hub-Signature-256 is not `sha256=` and 64 hexadecimal digits
        wrong: 401 the signature does not match: is the secret here the one of the GitHub webhook?
        no event: 400 header X-GitHub-Event is missing
        first: 202 stored
        again: 200 duplicate: stored before
        ping: 200 ignored: ping: the webhook is set up
        push: 200 ignored: event `push` is not used
        not JSON: 400 body of `workflow_run` cannot be used: expected value at line 1 column 1
        no ids: 400 body of `workflow_job` cannot be used: workflow_job: missing field `id` at line 1 column 39
        too large: 413 the body is larger than 5242880 bytes
        get webhook: 405 use POST
        elsewhere: 404 not found: deliveries go to POST /webhook
        health: 200 ok
        ");
        assert!(served.get("/").body.contains("<html"));
    });
}

#[test]
fn without_a_secret_it_does_not_start() {
    in_folder(|folder| {
        let laptime = Laptime::on(folder);
        for secret in ["", " , "] {
            let mut serve = laptime.command(&["serve", "--listen", "127.0.0.1:0"]);
            let output = serve.env("LAPTIME_WEBHOOK_SECRET", secret).output().unwrap();
            assert_eq!(output.status.code(), Some(2));
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(said.contains("set LAPTIME_WEBHOOK_SECRET"), "{said}");
        }
        assert!(!folder.join("laptime.db").exists());
    });
}

#[test]
fn a_file_that_cannot_be_used_is_left_as_it_is() {
    in_folder(|folder| {
        let laptime = Laptime::on(folder);
        let file = folder.join("laptime.db");
        let refused = |args: &[&str], why: &str| {
            let before = fs::read(&file).unwrap();
            let said = laptime.fails(args);
            assert!(said.contains(why) && said.contains("laptime.db"), "{said}");
            assert_eq!(fs::read(&file).unwrap(), before);
        };
        fs::write(&file, "somebody's notes, and long enough to be a page. ".repeat(100)).unwrap();
        for command in ["aggregate", "report", "status", "serve"] {
            refused(&[command], "damaged or not Laptime's");
        }

        fs::remove_file(&file).unwrap();
        let other = rusqlite::Connection::open(&file).unwrap();
        other.execute_batch("CREATE TABLE notes (text TEXT)").unwrap();
        drop(other);
        refused(&["aggregate"], "a database of another program");

        fs::remove_file(&file).unwrap();
        laptime.serve().stop();
        let newer = rusqlite::Connection::open(&file).unwrap();
        newer.pragma_update(None, "user_version", 99).unwrap();
        drop(newer);
        refused(&["aggregate"], "schema version 99");
    });
}

#[test]
fn a_locked_store_answers_503_and_takes_the_delivery_later() {
    in_folder(|folder| {
        let served = Laptime::on(folder).serve();
        let body = busy_history(1).remove(0).body.to_string();
        let deliver = || served.deliver("workflow_run", "a guid", body.as_bytes());
        let other = rusqlite::Connection::open(folder.join("laptime.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let answer = deliver();
        assert!(answer.status == 503 && answer.body.contains("busy"), "{answer:?}");
        other.execute_batch("ROLLBACK").unwrap();
        assert_eq!(deliver().status, 202);
    });
}

#[test]
fn a_full_disk_answers_503_and_takes_the_delivery_later() {
    in_folder(|folder| {
        let laptime = Laptime::on(folder);
        // A file size limit on the process is as good as a full disk: writing fails, reading goes on.
        let served = laptime.serve_with_file_limit(800);
        let deliveries = busy_history(60);
        let bodies: Vec<String> = deliveries.iter().map(|one| one.body.to_string()).collect();
        let answers: Vec<u16> = deliveries
            .iter()
            .zip(&bodies)
            .map(|(one, body)| served.deliver(one.event, "a guid", body.as_bytes()).status)
            .collect();
        let stored = answers.iter().filter(|status| **status == 202).count();
        let refused = answers.iter().filter(|status| **status == 503).count();
        assert!(stored > 20 && refused > 100, "{stored} stored, {refused} refused");
        assert_eq!(stored + refused, answers.len());
        served.kill();

        let status: Value =
            serde_json::from_str(&laptime.ok(&["status", "--format", "json"])).unwrap();
        assert_eq!(status["events"], stored, "stored is what was answered for");
        let [new, known] = deliver_all(&laptime.serve(), &deliveries);
        assert_eq!((new, known), (refused, stored));
    });
}

#[test]
fn a_broken_line_is_named_and_stops_the_replay_unless_told_otherwise() {
    in_folder(|folder| {
        let laptime = Laptime::on(&folder.join("data"));
        let file = folder.join("deliveries.jsonl");
        let all = busy_history(2);
        // A byte order mark before the first line is no part of it.
        let text =
            "\u{feff}".to_owned() + &lines(&all[..1]) + "{\"event\": broken\n" + &lines(&all[1..2]);
        fs::write(&file, text).unwrap();
        let data = folder.join("data");
        let args = ["replay", "--data", data.to_str().unwrap(), file.to_str().unwrap()];
        let said = laptime.fails(&args);
        assert!(said.contains("deliveries.jsonl:2") && said.contains("--keep-going"), "{said}");

        let output = laptime.run(&[&args[..], &["--keep-going"]].concat());
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(said, "replayed 2 deliveries: 1 duplicate, 1 stored, 1 failed\n");
    });
}

#[test]
fn replay_signs_what_it_sends_and_exports_go_into_a_store() {
    in_folder(|folder| {
        let laptime = Laptime::on(&folder.join("served"));
        let served = laptime.serve();
        let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events/history.jsonl");
        let events = events.to_str().unwrap();
        let said = laptime.ok(&["replay", "--to", &served.url("/webhook"), events]);
        assert_eq!(said, "replayed 32 deliveries: 32 stored\n");
        let said = laptime.ok(&["replay", "--to", &served.url("/webhook"), events]);
        assert_eq!(said, "replayed 32 deliveries: 32 duplicate\n");
        laptime.ok(&["aggregate"]);
        let report = laptime.ok(&[
            "report",
            "--format",
            "json",
            "--from",
            "2026-02-09",
            "--to",
            "2026-02-10",
            "--now",
            NOW,
        ]);
        let report: Value = serde_json::from_str(&report).unwrap();
        let [ci, deploy] = [0, 1].map(|at| &report["workflows"][at]);
        // The seconds of events/README.md.
        assert_eq!((&ci["total_s"]["min"], &ci["total_s"]["max"]), (&93.0.into(), &186.0.into()));
        assert_eq!((&ci["superseded"], &ci["success_rate"]), (&1.into(), &1.0.into()));
        assert_eq!(deploy["queued_s"]["max"], 70.0);
        let parts = &deploy["where_time_goes_s"];
        let told =
            ["approval", "concurrency", "runner_queue", "set_up", "work", "tear_down", "unknown"]
                .map(|part| parts[part].as_f64().unwrap());
        assert_eq!(told, [780.0, 6.0, 23.0, 8.0, 225.0, 7.0, 1.0]);
    });
}

#[test]
fn edges_inside_a_sealed_day_are_refused_and_midnights_are_not() {
    in_folder(|folder| {
        let deliveries = busy_history(40);
        let laptime = replayed(&folder.join("data"), &deliveries, "2026-05-10T00:00:00Z");
        laptime.ok(&["aggregate", "--now", "2026-05-10T00:00:00Z"]);
        let report = || {
            let period = ["--from", "2026-05-02", "--to", "2026-05-08", "--now", NOW];
            laptime.ok(&[&["report", "--format", "json"][..], &period].concat())
        };
        let open = report();
        let said = laptime.ok(&["aggregate", "--now", "2026-07-01T00:00:00Z"]);
        assert!(said.contains("days sealed"), "{said}");
        assert_eq!(report(), open, "sealing changes no figure");

        let said =
            laptime.fails(&["report", "--from", "2026-05-02T01:00:00Z", "--to", "2026-05-08"]);
        assert!(said.contains("2026-05-02, which is sealed"), "{said}");
        // An edge that nobody asked for is moved to a midnight instead.
        laptime.ok(&["report", "--to", "2026-06-01T01:00:00Z"]);

        // Sent again years later, nothing is counted twice.
        let laptime = replayed(&folder.join("data"), &deliveries, "2028-05-10T00:00:00Z");
        let said = laptime.ok(&["aggregate", "--now", "2028-05-10T00:00:00Z"]);
        assert!(said.contains("40 attempts refused"), "{said}");
        assert_eq!(report(), open);
    });
}

#[test]
fn hostile_names_and_odd_times_are_stored_and_reported_safely() {
    in_folder(|folder| {
        let deliveries = kit::hostile_history();
        let laptime = replayed(&folder.join("data"), &deliveries, NOW);
        laptime.ok(&["aggregate"]);
        let report = |format: &str| {
            let period = ["--from", "1960-01-01", "--to", "9000-01-01", "--now", NOW];
            laptime.ok(&[&["report", "--format", format][..], &period].concat())
        };
        let json: Value = serde_json::from_str(&report("json")).unwrap();
        let names: Vec<&str> = json["workflows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["workflow"].as_str().unwrap())
            .collect();
        assert!(names.iter().any(|name| name.contains("<script>") && name.contains('\u{202e}')));
        assert!(names.iter().any(|name| name.len() > 10_000));
        for format in ["text", "md", "html"] {
            let told = report(format);
            assert!(format != "html" || !told.contains("<script>"));
            let unseen = |c: char| c == '\u{202e}' || c == '\u{0}' || c == '\u{1b}';
            assert!(!told.contains(unseen), "{format}");
        }
        assert_no_negative_time(&json);
    });
}

#[test]
fn the_report_fits_its_schema() {
    in_folder(|folder| {
        let laptime = replayed(&folder.join("data"), &busy_history(60), NOW);
        laptime.ok(&["aggregate"]);
        let report: Value = serde_json::from_str(&json_report(&laptime)).unwrap();
        let schema = jsonschema::validator_for(&report_schema()).unwrap();
        let problems: Vec<_> = schema.iter_errors(&report).map(|one| one.to_string()).collect();
        assert!(problems.is_empty(), "{problems:?}");
        let mut broken = report;
        broken["workflows"][0]["attempts"] = "many".into();
        assert!(!schema.is_valid(&broken));
    });
}

#[test]
fn the_demo_says_what_happened() {
    in_folder(|folder| {
        let laptime = Laptime::on(&folder.join("data"));
        let out = folder.join("demo");
        let args = ["demo", "--now", "2026-03-20T16:40:00Z", "--out", out.to_str().unwrap()];
        assert!(laptime.ok(&args).contains("acme/web"));
        let page = fs::read_to_string(out.join("report.html")).unwrap();
        assert!(page.contains("<svg") && !page.contains("<script"));
        // Again over what it left behind.
        assert!(laptime.ok(&args).contains("acme/web"));
    });
}

#[test]
fn completions_and_help_name_every_command() {
    in_folder(|folder| {
        let laptime = Laptime::on(folder);
        for shell in ["bash", "zsh", "fish"] {
            let script = laptime.ok(&["completions", shell]);
            assert!(script.contains("aggregate") && script.contains("replay"));
        }
        let help = laptime.ok(&["--help"]);
        for command in ["demo", "serve", "replay", "aggregate", "report", "status", "completions"] {
            assert!(help.contains(command), "{help}");
        }
    });
}

#[test]
fn a_replay_stops_at_the_first_delivery_that_is_not_taken() {
    in_folder(|folder| {
        let file = folder.join("first-bad.jsonl");
        let bad = r#"{"event":"workflow_job","body":{"action":"completed"}}"#;
        fs::write(&file, format!("{bad}\n{}", lines(&busy_history(30)))).unwrap();
        let laptime = Laptime::on(&folder.join("data"));
        let (data, file) = (folder.join("data"), file.to_str().unwrap());
        let said = laptime.fails(&["replay", "--data", data.to_str().unwrap(), file]);
        assert!(said.contains("first-bad.jsonl:1"), "{said}");
        let held = laptime.ok(&["status", "--format", "json"]);
        assert_eq!(serde_json::from_str::<Value>(&held).unwrap()["events"], 0);

        let served = laptime.serve();
        let url = served.url("/webhook");
        laptime.fails(&["replay", "--connections", "1", "--to", &url, file]);
        let held = laptime.ok(&["status", "--format", "json"]);
        assert_eq!(serde_json::from_str::<Value>(&held).unwrap()["events"], 0);
    });
}

#[test]
fn a_report_goes_into_files_through_links_and_into_devices() {
    in_folder(|folder| {
        let laptime = replayed(&folder.join("data"), &busy_history(5), NOW);
        laptime.ok(&["aggregate"]);
        let report = |out: &Path| {
            laptime.ok(&["report", "--now", NOW, "--out", out.to_str().unwrap()]);
        };
        let (file, link) = (folder.join("report.txt"), folder.join("latest"));
        report(&file);
        std::os::unix::fs::symlink(&file, &link).unwrap();
        fs::write(&file, "old").unwrap();
        report(&link);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(fs::read_to_string(&file).unwrap().contains("Laptime report"));
        report(Path::new("/dev/null"));
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
        let nowhere = folder.join("no-folder/report.txt");
        let said = laptime.fails(&["report", "--out", nowhere.to_str().unwrap()]);
        assert!(said.contains("no-folder/report.txt cannot be written"), "{said}");
    });
}

#[test]
fn a_store_deleted_under_the_server_takes_nothing_more() {
    in_folder(|folder| {
        let served = Laptime::on(folder).serve();
        let deliveries = busy_history(1);
        let deliver = |one: &Delivery| {
            served.deliver(one.event, "a guid", one.body.to_string().as_bytes()).status
        };
        assert_eq!((deliver(&deliveries[0]), served.get("/healthz").status), (202, 200));
        fs::remove_file(folder.join("laptime.db")).unwrap();
        // Whoever reads it does not make a new one, in place of which the old would be written to.
        served.get("/metrics");
        served.get("/");
        assert_eq!((deliver(&deliveries[1]), served.get("/healthz").status), (503, 503));
    });
}

#[test]
fn nobody_listening_to_the_log_stops_nothing() {
    in_folder(|folder| {
        let laptime = Laptime::on(folder);
        let served = laptime.serve_unheard();
        let body = busy_history(1).remove(0).body.to_string();
        let unsigned = served.post(&[("x-github-event", "workflow_run")], body.as_bytes());
        assert_eq!(unsigned.unwrap().status, 401);
        assert_eq!(served.deliver("workflow_run", "a guid", body.as_bytes()).status, 202);
        assert_eq!(served.stop(), Some(0));
    });
}

#[test]
fn passes_of_several_processes_share_the_work_and_none_fails() {
    in_folder(|folder| {
        let deliveries = busy_history(120);
        let laptime = replayed(&folder.join("shared"), &deliveries, NOW);
        let served = laptime.serve();
        let passes: Vec<_> =
            (0..4).map(|_| laptime.command(&["aggregate"]).spawn().unwrap()).collect();
        for mut pass in passes {
            assert!(pass.wait().unwrap().success());
        }
        assert_eq!(served.stop(), Some(0));
        let alone = replayed(&folder.join("alone"), &deliveries, NOW);
        alone.ok(&["aggregate"]);
        assert_eq!(json_report(&laptime), json_report(&alone));
    });
}

#[test]
fn a_stop_under_load_stores_all_that_was_answered_for() {
    in_folder(|folder| {
        let laptime = Laptime::on(folder);
        let served = laptime.serve();
        let deliveries = busy_history(400);
        let answered = AtomicUsize::new(0);
        let deliver = |share: &[Delivery]| {
            for one in share {
                let body = one.body.to_string();
                // Once it has stopped nobody answers any more.
                let Ok(answer) = served.try_deliver(one.event, body.as_bytes()) else { return };
                assert_eq!(answer.status, 202);
                answered.fetch_add(1, Ordering::Relaxed);
            }
        };
        std::thread::scope(|scope| {
            for share in deliveries.chunks(deliveries.len() / 8 + 1) {
                scope.spawn(|| deliver(share));
            }
            while answered.load(Ordering::Relaxed) < 100 {
                std::thread::yield_now();
            }
            served.ask_to_stop();
        });
        assert_eq!(served.stop(), Some(0));
        let status: Value =
            serde_json::from_str(&laptime.ok(&["status", "--format", "json"])).unwrap();
        let answered = answered.into_inner();
        assert!(answered < deliveries.len(), "it stopped only when all was done");
        let held = usize::try_from(status["events"].as_u64().unwrap()).unwrap();
        // What was stored when the connection was closed may have gone unanswered.
        assert!((answered..=answered + 8).contains(&held), "{answered} answered, {held} held");
    });
}
