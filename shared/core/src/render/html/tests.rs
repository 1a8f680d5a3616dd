use std::{collections::BTreeSet, env, fs, path::PathBuf};

use super::html;
use crate::render::sample;

/// A folder named by `LAPTIME_HTML_OUT` keeps the files for the eye.
#[test]
#[expect(clippy::disallowed_methods, reason = "a switch of this test, no setting")]
fn every_kind_of_report_is_one_file_without_network_or_script() {
    let kinds = [
        ("rich", sample::rich(6)),
        ("many", sample::rich(60)),
        ("single", sample::rich(1)),
        ("small", sample::small()),
        ("empty", sample::empty()),
        ("unmeasured", sample::unmeasured()),
        ("hostile", sample::hostile("<script>alert(1)</script> @everyone \u{202e}\0 `|` #1 x")),
        ("long", sample::hostile(&"long name ".repeat(1_000))),
    ];
    let folder = env::var("LAPTIME_HTML_OUT").ok().map(PathBuf::from);
    for (kind, report) in kinds {
        let page = html(&report).unwrap();
        if let Some(folder) = &folder {
            fs::write(folder.join(format!("{kind}.html")), &page).unwrap();
        }
        let own = page.replace("http://www.w3.org/2000/svg", "").replace("http-equiv", "");
        for outside in ["http", "src=", "<script", "@import", "url(", "onload", "javascript:"] {
            assert!(!own.contains(outside), "{kind}: {outside}");
        }
    }
}

/// Values of an attribute, in the order of the page.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let opening = format!(" {attribute}=\"");
    page.split(&opening).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn every_reference_in_the_page_leads_somewhere() {
    let page = html(&sample::rich(6)).unwrap();
    let ids = values(&page, "id");
    let known: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), known.len(), "ids are unique");
    let labels = values(&page, "aria-labelledby");
    let links = values(&page, "href").into_iter().filter_map(|link| link.strip_prefix('#'));
    for reference in labels.into_iter().flat_map(str::split_whitespace).chain(links) {
        assert!(known.contains(reference), "{reference}");
    }
}

#[test]
fn every_picture_is_named_or_hidden_from_those_who_do_not_see_it() {
    let page = html(&sample::rich(2)).unwrap();
    for svg in page.split("<svg ").skip(1).filter_map(|rest| rest.split('>').next()) {
        let named = svg.contains("role=\"img\"") && svg.contains("aria-labelledby");
        let within = svg.contains("class=\"at\"") || svg.contains("preserveAspectRatio");
        assert!(named || within || svg.contains("aria-hidden"), "{svg}");
    }
}

/// WCAG's contrast of two colours `#rrggbb`.
fn contrast(one: &str, other: &str) -> f64 {
    let luminance = |colour: &str| {
        let linear = |at: usize| {
            let channel = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(1) + 0.7152 * linear(3) + 0.0722 * linear(5)
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn text_is_legible_in_both_colour_schemes() {
    let style = include_str!("../../../templates/style.css");
    let (light, dark) = style.split_once("@media screen and (prefers-color-scheme: dark)").unwrap();
    for scheme in [light, dark] {
        let colour = |name: &str| {
            let at = scheme.find(&format!("--{name}: #")).unwrap() + name.len() + 4;
            &scheme[at..at + 7]
        };
        for text in ["text", "soft", "link", "good", "bad"] {
            for ground in ["page", "card"] {
                assert!(contrast(colour(text), colour(ground)) >= 4.5, "{text} on {ground}");
            }
        }
        assert!(contrast(colour("bad"), colour("high-tint")) >= 4.5);
        assert!(contrast(colour("warn"), colour("medium-tint")) >= 4.5);
        for mark in [
            "accent",
            "accent-soft",
            "ok-fill",
            "bad-fill",
            "neither-fill",
            "queue-fill",
            "run-fill",
        ] {
            assert!(contrast(colour(mark), colour("page")) >= 3.0, "{mark}");
        }
    }
}

#[test]
fn a_page_over_very_many_workflows_shows_those_that_take_most_time_in_full() {
    let mut report = sample::small();
    let one = report.workflows.remove(0);
    report.workflows = (1..=130)
        .map(|nth| {
            let mut workflow = one.clone();
            workflow.workflow_id = nth;
            workflow.workflow = format!("Workflow {nth}");
            workflow.where_time_goes_s.wall_clock = f64::from(u32::try_from(nth).unwrap());
            workflow
        })
        .collect();
    let page = html(&report).unwrap();
    let ids: BTreeSet<&str> = values(&page, "id").into_iter().collect();
    let targets: BTreeSet<&str> =
        values(&page, "href").into_iter().filter_map(|link| link.strip_prefix('#')).collect();
    assert!(targets.is_subset(&ids));
    let sections = ids.iter().filter(|id| id.starts_with("w-") && id.matches('-').count() == 2);
    assert_eq!(sections.count(), 100);
    assert!(!ids.iter().any(|id| id.ends_with("-30")), "the quickest are left out");
    assert!(page.contains("Workflow 1<") && page.contains("30 workflows more"), "all are named");
}
