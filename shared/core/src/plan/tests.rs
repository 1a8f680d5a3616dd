use super::*;

fn a_month(repositories: f64, jobs: f64) -> Plan {
    let usage = Usage {
        repositories,
        workflows: 6.0 * repositories,
        runs: jobs / 5.0,
        jobs,
        steps_per_job: 10.0,
    };
    plan(usage, &Setting::default(), &Counted::committed().unwrap())
}

#[test]
fn show() {
    println!("{}", text(&a_month(1.0, 2_000.0)));
    println!("{}", text(&a_month(20.0, 200_000.0)));
    println!("{}", text(&a_month(100.0, 1_000_000.0)));
    println!("{}", text(&a_month(500.0, 10_000_000.0)));
}
