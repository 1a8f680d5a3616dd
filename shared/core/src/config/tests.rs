use super::*;

#[test]
fn the_schema_in_docs_is_the_one_of_the_policy() {
    crate::kept::assert_kept("laptime.schema.json", &schema());
}

#[test]
fn an_empty_file_is_the_default_policy() {
    assert_eq!(Policy::parse(""), Ok(Policy::default()));
    assert_eq!(
        Policy::parse("[serve]\n[retention]\nraw_days = 90").unwrap().retention.raw_days,
        90
    );
}

#[test]
fn all_problems_are_told_at_once() {
    let text = r#"
        colour = "red"
        [ingest]
        progress = "maybe"
        [retention]
        raw_days = 2
        raw_weeks = 5
        [threshold]
        [thresholds]
        success_rate = 90
        p95_s = "long"
    "#;
    insta::assert_snapshot!(Policy::parse(text).unwrap_err(), @r#"
    `colour`: not a section; write `[colour]`
    `ingest.progress`: unknown variant `maybe`, expected `keep` or `drop`
    `retention.raw_days`: must be 4 to 3650 days
    `retention.raw_weeks`: unknown field `raw_weeks`, expected `raw_days`
    `threshold`: no such section
    `thresholds.p95_s`: invalid type: string "long", expected f64
    `thresholds.success_rate`: must be a share from 0 to 1
    "#);
    assert!(Policy::parse("[[").is_err());
    let crossed = Policy::parse("[thresholds]\nslow_workflow_s = 2100").unwrap_err();
    assert_eq!(
        crossed.to_string(),
        "`thresholds.slow_workflow_s`: 2100 is above `very_slow_workflow_s`, which is 1800"
    );
}

#[test]
fn tables_from_elsewhere_take_the_place_of_those_of_the_text() {
    let with = |inline: &str| {
        let text = "[issues]\nper_day = 1\n[retention]\nraw_days = 9";
        Policy::with_tables(text, &[("issues", inline.to_owned())])
    };
    let policy = with("{labels = ['slow']}").unwrap();
    assert_eq!((policy.issues.per_day, policy.retention.raw_days), (5, 9));
    assert_eq!(policy.issues.labels, ["slow"]);
    assert_eq!(with("{}").unwrap().issues, Policy::default().issues);
    for wrong in ["5", "", "{", "{}\n[retention]\nraw_days = 400", "{}\ningest = {}"] {
        let told = with(wrong).unwrap_err().to_string();
        assert_eq!(told, "`issues`: is not an inline table; write it as in {per_day = 3}");
    }
    let told = with("{per_month = 1}").unwrap_err().to_string();
    assert!(told.starts_with("`issues.per_month`: unknown field"), "{told}");
}
