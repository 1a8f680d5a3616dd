//! The pages of `laptime serve`: that they lead to each other, who may see them, and how they look.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use kit::{Laptime, Served, hostile_history, lines, recent_history};
use laptime_core::time::{Day, Time};

use crate::page::{DARK, LIGHT, screenshot};

const TOKEN: &str = "a-token-of-the-tests";

/// The pages look at the days up to the present, which a test cannot choose.
fn today() -> Day {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Time::from_millis(since.as_millis().try_into().unwrap()).day()
}

/// A store with a hundred runs of the last nine days, received on `received`.
pub(crate) fn filled(folder: &Path, runs: u64, received: Day) -> Laptime {
    let file = folder.with_extension("jsonl");
    std::fs::write(&file, lines(&recent_history(runs, received))).unwrap();
    let laptime = Laptime::on(folder);
    let (data, now) = (folder.to_str().unwrap(), received.next().start().to_string());
    laptime.ok(&["replay", "--data", data, "--now", &now, file.to_str().unwrap()]);
    laptime.ok(&["aggregate"]);
    laptime
}

/// Where the links of a page lead within the server.
fn links(page: &str) -> BTreeSet<String> {
    let hrefs = page.split(" href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let inner = hrefs.filter(|href| href.starts_with('/'));
    inner.map(|href| href.replace("&#38;", "&").split('#').next().unwrap().to_owned()).collect()
}

#[test]
fn every_page_is_reached_by_links_and_answers() {
    let folder = tempfile::tempdir().unwrap();
    let served = filled(&folder.path().join("data"), 100, today()).serve();
    let (mut seen, mut ahead) = (BTreeSet::new(), BTreeSet::from(["/".to_owned()]));
    while let Some(path) = ahead.pop_first() {
        let page = served.visit(&path);
        assert_eq!(page.status, 200, "{path}: {}", page.body);
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'self'"), "{policy}");
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        seen.insert(path);
        // Every order of every view would be thousands of pages.
        let more = links(&page.body).into_iter().filter(|link| !link.contains("sort="));
        ahead.extend(more.filter(|link| !seen.contains(link)));
    }
    let count = |prefix: &str| seen.iter().filter(|path| path.starts_with(prefix)).count();
    assert_eq!((count("/run/1/"), count("/style-")), (100, 1));
    assert!(count("/workflow/1/") >= 3 * 3 && count("/?") >= 3, "{seen:?}");

    let page = served.visit("/?days=7&repo=acme%2Fweb&segment=default_branch&sort=p95&part=1").body;
    assert!(page.contains("Workflow 1") && page.contains("Clear</a>"));
    assert!(served.visit("/?segment=schedule").body.contains("No attempt ended in these days"));
    let quiet = served.visit("/workflow/1/1?segment=schedule");
    assert!(quiet.status == 200 && quiet.body.contains("No attempt of this workflow"));
    let style = served.visit(links(&page).iter().find(|link| link.contains("style")).unwrap());
    assert!(style.header("cache-control").unwrap().contains("immutable"));
    assert_eq!(style.header("content-type"), Some("text/css; charset=utf-8"));
}

#[test]
fn wrong_addresses_say_what_is_wrong_and_lead_home() {
    let folder = tempfile::tempdir().unwrap();
    let served = filled(&folder.path().join("data"), 3, today()).serve();
    let long = format!("/?repo={}", "x".repeat(10_000));
    let wrong = [
        ("/?days=abc", 400, "`days=abc` is no period"),
        ("/?days=7&days=30", 400, "`days` is given twice"),
        ("/?day=7", 400, "`day` is not known here"),
        ("/?repo=%zz", 400, "percent-encoded"),
        ("/?repo=%3Cscript%3E", 400, "is no repository"),
        ("/?repo=acme/nothing", 404, "`acme/nothing`"),
        (&long, 400, "10005 bytes"),
        ("/workflow/1/99", 404, "workflow 99"),
        ("/workflow/1/99999999999999999999", 404, "no id as large"),
        ("/workflow/1/x", 400, "`x` is no id"),
        ("/run/1/4/1", 404, "repository 1 run 4 attempt 1"),
        ("/run/1/1/4294967296", 404, "no attempt"),
        ("/run/1", 404, "ATTEMPT"),
        ("/style-0123456789abcdef.css", 404, "Nothing is at this address"),
        ("/metrics?x=1", 400, "takes no query"),
    ];
    for (path, status, said) in wrong {
        let page = served.visit(path);
        assert_eq!(page.status, status, "{path}: {}", page.body);
        assert!(page.body.contains(said), "{path}: {}", page.body);
        assert!(page.body.contains("href=\"/\"") && !page.body.contains("<script"), "{path}");
    }
    let posted = served.send(&["POST / HTTP/1.1", &format!("Host: {}", served.host())]);
    assert_eq!((posted.status, posted.header("allow")), (405, Some("GET, HEAD")));
}

/// What each asks for, as who: statuses of a page, the style, metrics and the health of the server.
fn statuses(served: &Served, headers: &[&str]) -> [u16; 3] {
    ["/", "/metrics?x", "/healthz"].map(|path| {
        let line = format!("GET {path} HTTP/1.1");
        served.send(&[&[line.as_str()], headers].concat()).status
    })
}

/// A delivery is taken whoever its request is addressed to.
fn assert_takes_deliveries(served: &Served) {
    let one = recent_history(1, today()).remove(0);
    let body = one.body.to_string();
    let headers = [
        ("host", "ci.example.org"),
        ("x-forwarded-for", "140.82.115.7"),
        ("x-github-event", one.event),
        ("x-hub-signature-256", &served.sign(body.as_bytes())),
    ];
    let agent = ureq::agent();
    let url = format!("http://{}/webhook", served.host());
    let request =
        headers.iter().fold(agent.post(url), |it, (name, value)| it.header(*name, *value));
    let status = request.send(body.as_bytes()).unwrap().status().as_u16();
    assert!(matches!(status, 200 | 202), "{status}");
}

#[test]
fn on_loopback_foreign_names_are_refused_and_the_webhook_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let laptime = Laptime::on(folder.path());
    let served = laptime.serve();
    let host = format!("Host: {}", served.host());
    assert_eq!(statuses(&served, &[&host]), [200, 400, 200]);
    assert_eq!(statuses(&served, &["Host: localhost"]), [200, 400, 200]);
    assert_eq!(statuses(&served, &["Host: evil.test"]), [403, 403, 200]);
    assert_eq!(statuses(&served, &["Host: localhost", "X-Forwarded-For: ::1"]), [403, 403, 200]);
    let refused = served.send(&["GET / HTTP/1.1", "Host: evil.test"]);
    assert!(refused.body.contains("LAPTIME_PAGE_TOKEN"), "{}", refused.body);
    assert_takes_deliveries(&served);
    served.stop();

    let served = laptime.serve_at("127.0.0.1:0", &[("LAPTIME_PAGE_TOKEN", TOKEN)]);
    assert_eq!(statuses(&served, &["Host: localhost"]), [200, 400, 200]);
    assert_eq!(statuses(&served, &["Host: ci.example.org"]), [401, 401, 200]);
    let bearer = format!("Authorization: Bearer {TOKEN}");
    assert_eq!(statuses(&served, &["Host: ci.example.org", &bearer]), [200, 400, 200]);
}

#[test]
fn elsewhere_than_on_loopback_pages_need_a_token() {
    let folder = tempfile::tempdir().unwrap();
    let laptime = Laptime::on(folder.path());
    let served = laptime.serve_at("0.0.0.0:0", &[]);
    let host = format!("Host: {}", served.host());
    assert_eq!(statuses(&served, &[&host]), [403, 403, 200]);
    assert_takes_deliveries(&served);
    served.stop();

    let served = laptime.serve_at("0.0.0.0:0", &[("LAPTIME_PAGE_TOKEN", TOKEN)]);
    assert_eq!(statuses(&served, &[&host]), [401, 401, 200]);
    let refused = served.send(&["GET / HTTP/1.1", &host]);
    let challenge = refused.header("www-authenticate").unwrap();
    assert!(challenge.starts_with("Basic realm=\"Laptime\""), "{challenge}");
    // `me:a-token-of-the-tests`, and the same with another last letter.
    let basic = |text: &str| format!("Authorization: Basic {text}");
    assert_eq!(
        statuses(&served, &[&host, &basic("bWU6YS10b2tlbi1vZi10aGUtdGVzdHM=")]),
        [200, 400, 200]
    );
    assert_eq!(
        statuses(&served, &[&host, &basic("bWU6YS10b2tlbi1vZi10aGUtdGVzdHQ=")]),
        [401, 401, 200]
    );
    assert_takes_deliveries(&served);
    served.stop();

    for (variables, said) in [
        ([("LAPTIME_PAGE_TOKEN", "short")], "fewer than 16"),
        ([("GITHUB_SERVER_URL", "javascript:alert(1)")], "GITHUB_SERVER_URL"),
    ] {
        let mut serve = laptime.command(&["serve", "--listen", "127.0.0.1:0"]);
        let output = serve.envs(variables).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(said) && !error.contains("`short`"), "{error}");
    }
}

#[test]
fn a_run_of_a_sealed_day_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let received = Day(today().0 - 60);
    let served = filled(&folder.path().join("data"), 9, received).serve();
    let page = served.visit("/run/1/5/1");
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("Its day is sealed") && !page.body.contains("class=\"gantt\""));
    assert!(page.body.contains("/workflow/1/3"), "it leads to what is left");
    assert_eq!(served.visit("/workflow/1/3?days=90").status, 200);
}

#[test]
fn names_that_nobody_means_well_with_are_words() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hostile.jsonl");
    let now = today().0;
    let moved = |text: String| {
        (1..=9).fold(text, |text, day| {
            text.replace(&format!("2026-05-0{day}T"), &format!("{}T", Day(now - 9 + day)))
        })
    };
    std::fs::write(&file, moved(lines(&hostile_history()))).unwrap();
    let laptime = Laptime::on(&folder.path().join("data"));
    let data = folder.path().join("data");
    laptime.ok(&["replay", "--data", data.to_str().unwrap(), file.to_str().unwrap()]);
    laptime.ok(&["aggregate"]);
    let served = laptime.serve();
    for path in ["/", "/workflow/1/1", "/run/1/1/1", "/run/1/2/1", "/run/1/3/1", "/run/1/7/1"] {
        let page = served.visit(path);
        assert_eq!(page.status, 200, "{path}");
        assert!(!page.body.contains("<script") && !page.body.contains('\u{202e}'), "{path}");
        assert!(page.body.len() < 300_000, "{path}: {} bytes", page.body.len());
    }
}

#[test]
fn a_browser_shows_every_kind_of_page_in_light_and_dark_on_desk_and_phone() {
    let folder = tempfile::tempdir().unwrap();
    let served = filled(&folder.path().join("data"), 100, today()).serve();
    for path in ["/", "/workflow/1/1", "/run/1/2/1", "/?days=abc"] {
        for width in [1280, 500] {
            let [dark, light] =
                [DARK, LIGHT].map(|scheme| screenshot(&served.url(path), scheme, width));
            assert!(dark.background() < 60, "{path}: dark is {}", dark.background());
            assert!(light.background() > 200, "{path}: light is {}", light.background());
            // Text in shades, not a blank page; without its style a page has no dark at all.
            assert!(dark.colours() > 60 && light.colours() > 60, "{path}: {}", dark.colours());
        }
    }
}
