//! Dashboards and annotations in Grafana: the real adapter against a stand-in that holds to the
//! contract, and dashboards against the types that Grafana publishes.

mod types;

use std::io::Write;
use std::net::TcpListener;
use std::sync::LazyLock;
use std::time::Duration;

use fastrand::Rng;
use kit::{
    Delivery, Fault, Grafana, Memory, Weeks, agent, aggregate_at, append_all, jumbled, wait,
};
use laptime_core::config::{Policy, Source};
use laptime_core::flow::{self, GrafanaWritten, plan_grafana, update_grafana};
use laptime_core::ingest::Progress::Drop;
use laptime_core::time::{Day, Time};
use laptime_web::Limits;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::notify::day_of;

/// Monday, 2 March 2026.
const MONDAY: Day = Day(20_514);

fn on(day: i32) -> Time {
    Day(MONDAY.0 + day).start()
}

/// Six weeks of one repository, in which one step is slow in the fourth and fifth.
static DELIVERIES: LazyLock<Vec<Delivery>> = LazyLock::new(|| {
    let slow =
        |workflow, day| (if workflow == 1 && (21..35).contains(&day) { 1.6 } else { 1.0 }, 1.0);
    Weeks { repositories: 1, from: MONDAY, days: 42, seed: 7, slow: &slow }.deliveries()
});

/// A store that was told of the days before one.
fn store(deliveries: &[Delivery], day: i32) -> Memory {
    let store = Memory::default();
    let told: Vec<Delivery> =
        deliveries.iter().filter(|one| day_of(one).0 < MONDAY.0 + day).cloned().collect();
    append_all(&store, &told, Drop, on(day)).unwrap();
    aggregate_at(&store, on(day)).unwrap();
    store
}

/// While it is slow.
static SLOW: LazyLock<Memory> = LazyLock::new(|| store(&DELIVERIES, 33));

fn client(address: &str, token: &str) -> laptime_web::Grafana {
    let (answer, pause) = (Duration::from_millis(400), Duration::ZERO);
    let limits = Limits { answer, pause, ..Limits::default() };
    laptime_web::Grafana::within(limits, address, SecretString::from(token)).unwrap()
}

fn update_of(library: &Memory, dashboards: &laptime_web::Grafana, now: Time) -> GrafanaWritten {
    let policy = Policy::default();
    let feeds = Source::CloudWatch;
    wait(update_grafana(&flow::Grafana { library, dashboards, policy: &policy, feeds }, now))
        .unwrap()
}

fn update(grafana: &Grafana, library: &Memory, now: Time) -> GrafanaWritten {
    update_of(library, &client(grafana.address(), grafana.token()), now)
}

#[test]
fn what_is_there_is_not_written_again() {
    let grafana = Grafana::start();
    let dashboards = client(grafana.address(), grafana.token());
    let policy = Policy::default();
    let at = flow::Grafana {
        library: &*SLOW,
        dashboards: &dashboards,
        policy: &policy,
        feeds: Source::CloudWatch,
    };
    let plan = wait(plan_grafana(&at, on(33))).unwrap().to_string();
    assert_eq!(plan.lines().count(), 6, "{plan}");
    assert!(plan.starts_with("Grafana: make the folder laptime (Laptime)\n"), "{plan}");
    assert_eq!(grafana.take_writes(), Vec::<String>::new());
    let first = update(&grafana, &SLOW, on(33));
    assert_eq!((first.folders, first.dashboards, first.annotations), (1, 4, 1), "{first:?}");
    assert_eq!(grafana.take_writes().len(), 6);
    assert!(grafana.dashboards().iter().all(|(_, folder)| folder == "laptime"));
    // A quiet pass asks for the folder, each dashboard and all annotations, and no more.
    assert_eq!(update(&grafana, &SLOW, on(34)), GrafanaWritten::default());
    let calls = grafana.take_calls();
    assert_eq!((calls.len(), calls.iter().filter(|call| call.starts_with("GET")).count()), (6, 6));
    grafana.edit("laptime-cloudwatch-jobs", |model| model["panels"][0]["title"] = json!("Mine"));
    assert_eq!(update(&grafana, &SLOW, on(34)).dashboards, 1);
    assert_eq!(update(&grafana, &SLOW, on(34)), GrafanaWritten::default());
}

#[test]
fn a_finding_is_marked_once_however_its_facts_came_and_ends_when_it_is_over() {
    let grafana = Grafana::start();
    assert_eq!(update(&grafana, &SLOW, on(33)).annotations, 1);
    let point = grafana.annotations()[0].clone();
    assert_eq!(point.time.0, point.time.1);
    assert_eq!(
        update(&grafana, &store(&jumbled(&DELIVERIES), 33), on(33)),
        GrafanaWritten::default()
    );
    let over = update(&grafana, &store(&DELIVERIES, 42), on(42));
    assert_eq!((over.annotations, over.changed), (0, 1), "{over:?}");
    let [region] = &grafana.annotations()[..] else { panic!("one") };
    assert_eq!((region.id, region.time.0), (point.id, point.time.0));
    let days = (region.time.1 - region.time.0) / 86_400_000;
    assert!((12..=16).contains(&days), "{days} days");
    let texts = [&point.text, &region.text].map(|text| text.lines().next().unwrap().to_owned());
    for (text, kind) in texts.iter().zip(["Regression", "Over"]) {
        let begins = format!("{kind}: `Workflow 2` of `acme/r1` became slower");
        assert!(text.starts_with(&begins), "{text}");
    }
}

/// Every request that a first pass makes.
const REQUESTS: [&str; 6] = [
    "GET /api/folders",
    "GET /api/dashboards",
    "GET /api/annotations",
    "POST /api/folders",
    "POST /api/dashboards",
    "POST /api/annotations",
];

#[test]
fn whatever_fails_is_told_without_the_token_and_done_by_a_later_pass() {
    let faults = [
        Fault::Answer(401, "Invalid API key"),
        Fault::Answer(403, "no access"),
        Fault::Answer(412, "version mismatch"),
        Fault::Answer(500, "database is locked"),
        Fault::Silence,
        Fault::Close,
        Fault::SilenceAfterwards,
    ];
    let mut told = Vec::new();
    for request in REQUESTS {
        for fault in faults {
            let grafana = Grafana::start();
            grafana.fail(request, fault);
            let failed = update(&grafana, &SLOW, on(33));
            assert!(!failed.problems.is_empty(), "{request} {fault:?}");
            let problem = failed.problems[0].replace(grafana.address(), "ADDRESS/");
            assert!(!format!("{failed:?}").contains("secret"), "{failed:?}");
            told.push(format!("{request}: {problem}"));
            grafana.mend();
            update(&grafana, &SLOW, on(33));
            assert_eq!(update(&grafana, &SLOW, on(33)), GrafanaWritten::default());
            let done = (grafana.dashboards().len(), grafana.annotations().len());
            assert_eq!(done, (4, 1), "{request} {fault:?}");
        }
    }
    // By fault, of the folder that is to be made.
    let of_one: Vec<String> = told.into_iter().skip(3 * faults.len()).take(faults.len()).collect();
    let said = [
        "could not make the folder laptime: 401 Unauthorized: it does not know the token",
        "403 Forbidden: the service account needs the permission folders:create",
        "Grafana does not take it: could not make the folder laptime: 412",
        "Grafana is not available; the next pass tries again: could not make the folder laptime: 500",
        "no answer within 0.4 s",
        "could not make the folder laptime: ",
        "no answer within 0.4 s",
    ];
    for (told, said) in of_one.iter().zip(said) {
        assert!(told.contains(said), "{told}\n{said}");
    }
}

#[test]
fn a_token_that_is_not_known_is_told_and_nothing_else_is_tried_with_it() {
    let grafana = Grafana::start();
    let wrong = client(grafana.address(), "glsa_other_secret");
    assert!(!format!("{wrong:?}").contains("secret"));
    let refused = update_of(&SLOW, &wrong, on(33));
    assert_eq!((refused.problems.len(), refused.annotations), (6, 0));
    assert!(refused.problems.iter().all(|one| one.contains("GRAFANA_TOKEN")), "{refused:?}");
    assert_eq!(grafana.take_writes(), Vec::<String>::new());
}

#[test]
fn what_is_not_grafana_is_told_as_that() {
    for page in ["HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found"] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let body = "<html>Welcome</html>";
                let length = body.len();
                let head =
                    format!("{page}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
                // Whoever hears an answer before asking takes it for an error.
                let _ = std::io::Read::read(&mut stream, &mut [0; 4_096]);
                let _ = stream.write_all(format!("{head}{body}").as_bytes());
                let _ = std::io::Read::read_to_end(&mut stream, &mut Vec::new());
            }
        });
        let told = update_of(&SLOW, &client(&address, "glsa_secret"), on(33));
        let written = (told.folders, told.dashboards, told.annotations, told.left);
        assert_eq!(written, (0, 0, 0, 0), "{told:?}");
        assert!(told.problems.iter().all(|one| one.contains("is GRAFANA_URL")), "{told:?}");
    }
}

/// The stand-in refuses what Grafana would.
#[test]
fn a_body_that_breaks_the_contract_is_refused() {
    let grafana = Grafana::start();
    let agent = agent();
    let send = |method: &str, path: &str, body: &Value| {
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", grafana.address()))
            .header("authorization", format!("Bearer {}", grafana.token()))
            .body(body.to_string());
        agent.run(request.unwrap()).unwrap().status().as_u16()
    };
    let dashboard = json!({
        "uid": "a", "title": "A", "schemaVersion": 39, "templating": {"list": []},
        "annotations": {"list": []}, "panels": [],
    });
    let mark = json!({"time": 1, "timeEnd": 0, "tags": ["a"], "text": "b"});
    let bad = [
        ("POST", "api/folders", json!({"uid": "a", "title": "A", "colour": "red"})),
        ("POST", "api/folders", json!({"uid": "a b", "title": "A"})),
        (
            "POST",
            "api/dashboards/db",
            json!({"dashboard": dashboard, "folderUid": "a", "overwrite": true}),
        ),
        ("POST", "api/annotations", mark.clone()),
        ("PATCH", "api/annotations/1", mark),
    ];
    for (nth, (method, path, body)) in bad.iter().enumerate() {
        assert_eq!(send(method, path, body), 400, "{method} {path}");
        assert_eq!(grafana.broken().len(), 1, "{nth}");
    }
    assert_eq!(send("PUT", "api/folders/a", &json!({})), 404);
    assert_eq!(grafana.broken().len(), 1);
}

/// Grafana has no key by which an annotation would be added only once.
#[test]
fn passes_at_once_leave_one_mark_that_is_kept_up_to_date() {
    let mut random = Rng::with_seed(3);
    for _ in 0..5 {
        let grafana = Grafana::start();
        let clients = [0, 1].map(|_| client(grafana.address(), grafana.token()));
        let policy = Policy::default();
        let now = on(33 + random.i32(0..2));
        let at = |nth: usize| flow::Grafana {
            library: &*SLOW,
            dashboards: &clients[nth],
            policy: &policy,
            feeds: Source::CloudWatch,
        };
        let (one, two) = (at(0), at(1));
        let (one, two) =
            wait(async { tokio::join!(update_grafana(&one, now), update_grafana(&two, now)) });
        assert_eq!((one.unwrap().problems, two.unwrap().problems), (vec![], vec![]));
        update(&grafana, &SLOW, now);
        assert_eq!(update(&grafana, &SLOW, now), GrafanaWritten::default());
        let marks = grafana.annotations();
        let telling = marks.iter().filter(|one| one.text.starts_with("Regression: "));
        assert_eq!(telling.count(), 1, "{marks:?}");
    }
}
