use std::fmt::Write;

use super::*;
use crate::kept::assert_kept;

/// 5 per cent of about normal noise around 100, times a factor for each sample; every 6 hours.
fn csv(seed: u64, factor: impl Fn(usize) -> f64) -> String {
    let mut state = seed;
    let mut draw = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut text = "time,value\n".to_owned();
    for index in 0..120 {
        let noise = (0..12).map(|_| draw()).sum::<f64>() - 6.0;
        let value = 100.0 * factor(index) * (0.05 * noise).exp();
        writeln!(text, "{},{value}", 1_767_225_600 + 21_600 * index).unwrap();
    }
    text
}

fn judged(text: &str) -> Detected {
    let read = read(text.as_bytes(), &Columns::default()).unwrap();
    detect(&read.samples, &Rules::default(), Better::Lower)
}

#[test]
fn a_step_is_named_where_it_is() {
    for seed in 1..41 {
        let found = judged(&csv(seed, |index| if index >= 60 { 1.15 } else { 1.0 })).changes;
        assert_eq!(found.len(), 1, "seed {seed}: {found:?}");
        assert!(found[0].index.abs_diff(60) <= 2, "seed {seed}: {found:?}");
        assert!(found[0].confirmed && found[0].direction == "regression", "seed {seed}");
    }
}

#[test]
fn noise_is_nothing_and_a_spike_is_not_confirmed() {
    for seed in 1..41 {
        assert_eq!(judged(&csv(seed, |_| 1.0)).changes, [], "seed {seed}");
        for height in [1.5, 3.0] {
            let spike = |index| if (60..63).contains(&index) { height } else { 1.0 };
            let found = judged(&csv(seed, spike)).changes;
            assert!(found.iter().all(|change| !change.confirmed), "seed {seed}: {found:?}");
        }
        // While it lasts, nobody can know.
        let at_the_end = |index| if index >= 117 { 1.5 } else { 1.0 };
        let found = judged(&csv(seed, at_the_end)).changes;
        assert!(found.iter().all(|change| !change.confirmed), "seed {seed}: {found:?}");
    }
}

#[test]
fn what_is_better_is_up_to_the_asker() {
    let text = csv(3, |index| if index >= 60 { 0.8 } else { 1.0 });
    let samples = read(text.as_bytes(), &Columns::default()).unwrap().samples;
    let direction = |better| detect(&samples, &Rules::default(), better).changes[0].direction;
    assert_eq!(direction(Better::Lower), "improvement");
    assert_eq!(direction(Better::Higher), "regression");
}

fn refused(text: &str) -> String {
    read(text.as_bytes(), &Columns::default()).unwrap_err().to_string()
}

#[test]
fn what_is_no_series_says_where_and_why() {
    insta::assert_snapshot!(refused(""), @"there is no line in it; write time,value");
    insta::assert_snapshot!(refused("5\n6\n"), @"it has one column; two are needed: time,value (separated by comma, semicolon or tab)");
    insta::assert_snapshot!(
        refused("time,value\n1,NaN\n2,inf\nyesterday,3\n4,fast\n5\n1e300,1"),
        @"
    line 2: the value `NaN` is no number
    line 3: the value `inf` is no number
    line 4: the time `yesterday` is neither unix seconds nor RFC 3339, as in 2026-01-31T12:00:00Z
    line 5: the value `fast` is no number
    line 6: there is no value
    line 7: the time `1e300` is no number of seconds
    "
    );
    let many = refused(&"x,y\n".repeat(50));
    assert!(many.ends_with("and 29 more lines like these"), "{many}");
    let columns = Columns { value: Some("p95".to_owned()), ..Columns::default() };
    let error = read(b"time,value\n1,2\n", &columns).unwrap_err().to_string();
    assert_eq!(error, "no column is called `p95`; there are: time, value");
}

#[test]
fn files_come_in_many_forms() {
    let samples = |text: &str| read(text.as_bytes(), &Columns::default()).unwrap().samples;
    let plain = samples("1767225600,1.5\n1767312000,2\n");
    assert_eq!(plain.len(), 2);
    for text in [
        "\u{feff}time,value\r\n1767225600,1.5\r\n1767312000,2\r\n",
        "time;value\n1767225600;1.5\n1767312000;2\n",
        "time\tvalue\n2026-01-01\t1.5\n2026-01-02\t2\n",
        "\"time\",\"value\"\n\"2026-01-01T00:00:00Z\",\"1.5\"\n2026-01-02T01:00:00+01:00, 2 \n",
        "value,build,time\n1.5,a,1767225600\n2,b,1767312000\n",
    ] {
        assert_eq!(samples(text), plain, "{text}");
    }
    let columns = Columns { time: Some("at".to_owned()), value: Some("P95".to_owned()) };
    let named = read(b"p50,p95,at\n9,1.5,1767225600\n9,2,1767312000\n", &columns).unwrap();
    assert_eq!(named.samples, plain);
    let turned = read(b"1767312000,2\n1767225600,1.5\n", &Columns::default()).unwrap();
    assert!(!turned.was_sorted);
    assert_eq!(turned.samples, plain);
}

/// 200 samples, a second apart.
fn lines(value: impl Fn(i32) -> i32) -> String {
    let mut text = String::new();
    (0..200).for_each(|index| writeln!(text, "{index},{}", value(index)).unwrap());
    text
}

#[test]
fn little_or_nothing_to_judge_is_no_change() {
    for text in ["1,5\n", "1,5\n2,5\n3,50\n", "time,value\n"] {
        assert_eq!(judged(text).changes, [], "{text}");
    }
    assert_eq!(judged(&lines(|_| 7)).changes, []);
    // Without noise a step is still one; through zero and below it too.
    let step = lines(|index| if index < 90 { 7 } else { 9 });
    assert_eq!(judged(&step).changes[0].index, 90);
    let below = lines(|index| if index < 90 { -1 } else { 3 } + index % 3);
    let found = judged(&below).changes;
    assert_eq!((found.len(), found[0].index, found[0].confirmed), (1, 90, true));
}

#[test]
fn the_schema_in_docs_is_the_one_of_the_types() {
    assert_kept("detect.schema.json", &schema());
}

#[test]
fn a_person_reads_what_and_why() {
    let found = judged(&csv(5, |index| if index >= 60 { 1.15 } else { 1.0 }));
    insta::assert_snapshot!(text(&found), @"
    120 samples  ▂▁▂▃▃▂▂▂▂▃▃▂▂▁▃▄▃▄▃▃▁▂▂▃▃▁▂▄▃▂▄▇▇█▅▆▅▅▄▄▄█▅▅▅▅▆▅▆▇▆▅▄▅▅▆▆▅▆▆

    regression +14.5 % (+12.0 to +17.0 %) at sample 60 (2026-01-16T00:00:00Z), confirmed
      100.022 → 114.484, 12.12 standard errors
      beyond doubt with the sample at 64, the 5th since the change
    ");
}
