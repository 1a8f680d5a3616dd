use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::fleet::names;

const BOTH: &str = "[grafana]\nsources = [\"cloudwatch\", \"prometheus\"]";

fn all(policy: &str) -> Vec<Dashboard> {
    dashboards(&Policy::parse(policy).unwrap(), Source::CloudWatch)
}

fn panels(dashboard: &Dashboard) -> &Vec<Value> {
    dashboard.model["panels"].as_array().unwrap()
}

fn targets(dashboard: &Dashboard) -> Vec<&Value> {
    panels(dashboard).iter().flat_map(|panel| panel["targets"].as_array().unwrap()).collect()
}

#[test]
fn each_source_has_the_dashboards_it_has_figures_for() {
    let told = |dashboards: Vec<Dashboard>| {
        let told = dashboards.iter().map(|one| format!("{}: {}", one.uid, one.title));
        told.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(told(all(BOTH)), @"
    laptime-cloudwatch-overview: Laptime: all workflows (CloudWatch)
    laptime-cloudwatch-workflow: Laptime: one workflow (CloudWatch)
    laptime-cloudwatch-jobs: Laptime: jobs of a workflow (CloudWatch)
    laptime-cloudwatch-health: Laptime: health of Laptime itself (CloudWatch)
    laptime-prometheus-overview: Laptime: all workflows (Prometheus)
    laptime-prometheus-workflow: Laptime: one workflow (Prometheus)
    laptime-prometheus-jobs: Laptime: jobs of a workflow (Prometheus)
    laptime-prometheus-health: Laptime: health of Laptime itself (Prometheus)
    ");
    let some = "[grafana]\nuid = \"lab\"\ndashboards = [\"jobs\", \"overview\", \"overview\"]";
    insta::assert_snapshot!(told(all(some)), @"
    lab-cloudwatch-overview: Laptime: all workflows (CloudWatch)
    lab-cloudwatch-jobs: Laptime: jobs of a workflow (CloudWatch)
    ");
}

#[test]
fn uids_are_such_as_grafana_takes_and_ids_are_left_to_it() {
    let longest = format!("{BOTH}\nuid = \"{}\"", "a".repeat(20));
    for one in all(BOTH).iter().chain(&all(&longest)) {
        assert!((1..=40).contains(&one.uid.len()), "{}", one.uid);
        assert!(one.uid.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)));
        assert_eq!(one.model["uid"], one.uid.as_str());
        assert_eq!((one.model.get("id"), one.model.get("version")), (None, None));
        let ids: BTreeSet<u64> =
            panels(one).iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
        assert_eq!(ids.len(), panels(one).len());
    }
    assert_eq!(all(BOTH), all(BOTH));
}

#[test]
fn panels_fill_the_grid_and_do_not_overlap() {
    for one in all(BOTH) {
        let mut taken = BTreeSet::new();
        for panel in panels(&one) {
            let at = |key: &str| panel["gridPos"][key].as_u64().unwrap();
            assert!(at("w") >= 3 && at("h") >= 4, "{}: {}", one.uid, panel["title"]);
            for (x, y) in (at("x")..at("x") + at("w"))
                .flat_map(|x| (at("y")..at("y") + at("h")).map(move |y| (x, y)))
            {
                assert!(x < 24, "{}: {}", one.uid, panel["title"]);
                assert!(taken.insert((x, y)), "{}: {}", one.uid, panel["title"]);
            }
        }
        let rows = taken.iter().map(|(_, y)| y + 1).max().unwrap();
        assert_eq!(taken.len() as u64, 24 * rows, "{} has gaps", one.uid);
    }
}

#[test]
fn cloudwatch_is_asked_for_metrics_that_are_sent() {
    let mut asked = BTreeSet::new();
    for one in all("[metrics]\nnamespace = \"Lab\"\nmax_job_series = 6") {
        for target in targets(&one) {
            assert_eq!(target["namespace"], "Lab");
            let metric = target["metricName"].as_str().unwrap();
            if metric.is_empty() {
                assert!(!target["expression"].as_str().unwrap().is_empty());
                continue;
            }
            asked.insert(metric.to_owned());
            let dimensions = target["dimensions"].as_object().unwrap().keys();
            let dimensions: BTreeSet<&str> = dimensions.map(String::as_str).collect();
            let known = if dimensions.contains(names::JOB) {
                names::dimensions_of_job(metric)
            } else {
                names::dimensions_of(metric)
            };
            assert_eq!(dimensions, known.iter().copied().collect(), "{metric}");
        }
    }
    insta::assert_snapshot!(asked.into_iter().collect::<Vec<_>>().join(" "), @"AttemptsMeasured AttemptsRefused AttemptsSetAside DurationTrend FilingLag JobDuration JobQueueTime JobSuccessRate Passes RunDuration RunQueueTime RunsFailed RunsNeither RunsSucceeded SamplesLost SamplesSkipped StepDuration SuccessRate WithoutSeries WorkflowsOverP95 WorkflowsQueueing WorkflowsUnderSuccessRate");
}

#[test]
fn cloudwatch_is_asked_for_single_jobs_where_they_have_metrics() {
    let jobs = |policy: &str| {
        let board = all(&format!("[grafana]\ndashboards = [\"jobs\"]\n{policy}")).remove(0);
        let variables = board.model["templating"]["list"].as_array().unwrap().len();
        let titles = panels(&board).iter().map(|panel| panel["title"].as_str().unwrap().to_owned());
        (variables, titles.collect::<Vec<_>>().join(", "), board)
    };
    let (without, titles, _) = jobs("[metrics]\nmax_job_series = 5");
    assert_eq!((without, &*titles), (4, "Duration of all jobs, Wait of all jobs"));
    let (with, titles, board) = jobs("[metrics]\nmax_job_series = 6");
    assert_eq!(with, 5);
    insta::assert_snapshot!(titles, @"Duration of all jobs, Wait of all jobs, Duration by job, mean, Wait by job, mean, Time spent, Duration of $job, Wait of $job, Runs of $job by outcome, Steps, mean");
    let asked = targets(&board).into_iter().map(|target| {
        let text = |key: &str| target[key].as_str().unwrap().to_owned();
        let dimensions = target["dimensions"].as_object().unwrap().values();
        let dimensions: Vec<&str> = dimensions.map(|value| value.as_str().unwrap()).collect();
        let what = format!("{} {}", text("metricName"), dimensions.join(" "));
        let how = [text("statistic"), text("expression"), text("label")].join(" ");
        format!("{what} {how}").trim().replace("  ", " ")
    });
    // The first ten are of all jobs.
    insta::assert_snapshot!(asked.skip(10).collect::<Vec<_>>().join("\n"), @"
    JobDuration $segment * $repository $workflow Average ${PROP('Dim.Job')}
    JobQueueTime $segment * $repository $workflow Average ${PROP('Dim.Job')}
    JobDuration $segment * $repository $workflow Sum ${PROP('Dim.Job')}
    JobDuration $segment $job $repository $workflow p50 p50
    JobDuration $segment $job $repository $workflow p75 p75
    JobDuration $segment $job $repository $workflow p90 p90
    JobDuration $segment $job $repository $workflow p95 p95
    JobDuration $segment $job $repository $workflow p99 p99
    JobQueueTime $segment $job $repository $workflow p50 p50
    JobQueueTime $segment $job $repository $workflow p75 p75
    JobQueueTime $segment $job $repository $workflow p90 p90
    JobQueueTime $segment $job $repository $workflow p95 p95
    JobQueueTime $segment $job $repository $workflow p99 p99
    JobSuccessRate $segment $job $repository $workflow Sum succeeded
    JobSuccessRate $segment $job $repository $workflow SampleCount
    JobSuccessRate $segment $job $repository $workflow Sum
    Average b1 - b2 failed
    StepDuration $segment $job $repository * $workflow Average ${PROP('Dim.Step')}
    ");
    let query = board.model["templating"]["list"][4]["query"].as_str().unwrap();
    insta::assert_snapshot!(query, @r#"dimension_values(default,Laptime,JobDuration,Job,{"Repository":"$repository","Workflow":"$workflow","Branch":"$segment"})"#);
}

#[test]
fn arithmetic_is_over_questions_of_its_own_panel() {
    for one in all("[metrics]\nmax_job_series = 6") {
        for panel in panels(&one) {
            let targets = panel["targets"].as_array().unwrap();
            let ids: Vec<&str> = targets.iter().map(|one| one["id"].as_str().unwrap()).collect();
            assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
            for target in targets {
                let expression = target["expression"].as_str().unwrap();
                let words = expression.split(|c: char| !c.is_ascii_alphanumeric());
                let used = words.filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase()));
                for id in used {
                    let part = targets.iter().find(|one| one["id"] == id);
                    assert_eq!(part.unwrap()["hide"], true, "{expression}");
                }
            }
        }
    }
}

#[test]
fn prometheus_is_asked_in_balanced_words() {
    let exprs: Vec<String> = all("[grafana]\nsources = [\"prometheus\"]")
        .iter()
        .flat_map(targets)
        .map(|target| target["expr"].as_str().unwrap().to_owned())
        .collect();
    for expr in &exprs {
        for pair in ["()", "{}", "[]"] {
            let [open, close] = [0, 1].map(|nth| pair.as_bytes()[nth] as char);
            assert_eq!(expr.matches(open).count(), expr.matches(close).count(), "{expr}");
        }
    }
    // Those of all workflows.
    let first = exprs.into_iter().take(9).collect::<Vec<_>>();
    insta::assert_snapshot!(first.join("\n"), @r#"
    100 * (sum by () (increase(laptime_attempts_total{cicd_pipeline_result="success"}[$__range])) or 0 * sum by () (increase(laptime_attempts_total{cicd_pipeline_result=~"success|failure|error|timeout"}[$__range]))) / (sum by () (increase(laptime_attempts_total{cicd_pipeline_result=~"success|failure|error|timeout"}[$__range])) > 0)
    sum by () (increase(laptime_attempts_total{}[$__range]))
    histogram_quantile(0.95, sum by (repository, cicd_pipeline_name, segment, le) (increase(cicd_pipeline_run_duration_seconds_bucket{cicd_pipeline_run_state="executing"}[$__rate_interval])))
    sum by (repository, cicd_pipeline_name, segment) (increase(cicd_pipeline_run_duration_seconds_sum{cicd_pipeline_run_state="pending"}[$__rate_interval])) / (sum by (repository, cicd_pipeline_name, segment) (increase(cicd_pipeline_run_duration_seconds_count{cicd_pipeline_run_state="pending"}[$__rate_interval])) > 0)
    (sum by (repository, cicd_pipeline_name, segment) (increase(laptime_attempts_total{cicd_pipeline_result="success"}[$__rate_interval])) or 0 * sum by (repository, cicd_pipeline_name, segment) (increase(laptime_attempts_total{cicd_pipeline_result=~"success|failure|error|timeout"}[$__rate_interval]))) / (sum by (repository, cicd_pipeline_name, segment) (increase(laptime_attempts_total{cicd_pipeline_result=~"success|failure|error|timeout"}[$__rate_interval])) > 0)
    sum by () (increase(laptime_attempts_total{cicd_pipeline_result="success"}[$__rate_interval]))
    sum by () (increase(laptime_attempts_total{cicd_pipeline_result=~"success|failure|error|timeout", cicd_pipeline_result!="success"}[$__rate_interval]))
    sum by () (increase(laptime_attempts_total{cicd_pipeline_result!~"success|failure|error|timeout"}[$__rate_interval]))
    100 * (histogram_quantile(0.5, sum by (repository, cicd_pipeline_name, segment, le) (increase(cicd_pipeline_run_duration_seconds_bucket{cicd_pipeline_run_state="executing"}[15d]))) / histogram_quantile(0.5, sum by (repository, cicd_pipeline_name, segment, le) (increase(cicd_pipeline_run_duration_seconds_bucket{cicd_pipeline_run_state="executing"}[15d] offset 15d))) - 1)
    "#);
}

#[test]
fn success_is_red_below_80_and_green_from_95() {
    let board = &all("")[1];
    let dial = panels(board).iter().find(|panel| panel["type"] == "gauge").unwrap();
    let defaults = &dial["fieldConfig"]["defaults"];
    let steps = defaults["thresholds"]["steps"].as_array().unwrap();
    let steps: Vec<String> =
        steps.iter().map(|step| format!("{} {}", step["value"], step["color"])).collect();
    assert_eq!(steps, ["null \"red\"", "80.0 \"orange\"", "95.0 \"green\""]);
    assert_eq!((&defaults["unit"], &defaults["max"]), (&"percent".into(), &100.0.into()));
}

#[test]
fn a_data_source_is_chosen_or_set() {
    let chosen = &all("")[1];
    assert_eq!(chosen.model["templating"]["list"][0]["type"], "datasource");
    assert!(panels(chosen).iter().all(|panel| panel["datasource"]["uid"] == "${datasource}"));
    let set = &all("[grafana]\ncloudwatch = \"P034F\"")[1];
    assert_eq!(set.model["templating"]["list"][0]["name"], "repository");
    assert!(panels(set).iter().all(|panel| panel["datasource"]["uid"] == "P034F"));
}
