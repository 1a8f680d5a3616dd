//! A plan for people.

use std::fmt::Write;

use crate::fleet::PER_JOB;
use crate::plan::{Line, Plan, Source};

/// A table of the bill, and what is worth knowing about it.
pub fn text(plan: &Plan) -> String {
    let mut text = head(plan);
    let width = plan.lines.iter().map(|line| line.what.len()).max().unwrap_or_default();
    for line in &plan.lines {
        let mark = if line.price_source == Source::Memory { "*" } else { " " };
        // Writing to memory does not fail.
        let _ = writeln!(
            text,
            "{:width$}  {:>14} {:<11}  {:>24}{mark}  {:>9}",
            line.what,
            quantity(line.quantity),
            line.unit,
            price(line),
            dollars(line.dollars),
        );
    }
    let total = width + 14 + 11 + 24 + 9;
    let mut sum = |what: &str, value: f64| {
        let _ = writeln!(text, "{what:total$}{:>9}", dollars(value));
    };
    sum("total a month", plan.total);
    sum("with the free quantities of an account that nobody else uses", plan.total_with_free_tier);
    let times = if plan.total > 0.0 { plan.naive_total / plan.total } else { 0.0 };
    let naive =
        format!("naive: every delivery put and counted, 6 metrics a workflow ({times:.1} times)");
    sum(&naive, plan.naive_total);
    text + &tail(plan)
}

fn head(plan: &Plan) -> String {
    let usage = plan.usage;
    format!(
        "{}, {}, {} with {} of {} a month: {}\n{} (prices of {}), a pass every {}\n\n",
        several(usage.repositories, "repository"),
        several(usage.workflows, "workflow"),
        several(usage.runs, "run"),
        several(usage.jobs, "job"),
        several(usage.steps_per_job, "step"),
        several(plan.deliveries, "delivery"),
        plan.region,
        plan.priced,
        several(plan.setting.pass_minutes, "minute"),
    )
}

fn tail(plan: &Plan) -> String {
    let each = plan.per_delivery;
    let series = plan.series;
    let shared = if series.sharing_other > 0.0 {
        format!(
            "; {} share the metrics of `other` (more with --max-series)",
            quantity(series.sharing_other)
        )
    } else {
        String::new()
    };
    let jobs = if series.jobs > 0.0 {
        let (each, jobs) = (PER_JOB, several(series.jobs, "job"));
        format!("{jobs} have metrics of their own, {each} each at most\n")
    } else {
        String::new()
    };
    format!(
        "\n{:.2} write units for each delivery: {:.2} to store it, {:.2} to file attempts, {:.2} for \
         passes; {:.2} read units\n\
         {} of about {} segments of workflows have metrics of their own{shared}\n\
         {jobs}{:.0} metrics in all; AWS bills each by the hours in which it is sent: runs are taken as \
         spread evenly by chance.\n\
         Times of functions are assumed. * a price from memory. See docs/COST.md.\n",
        each.writes,
        each.ingest_writes,
        each.filing_writes,
        each.pass_writes,
        each.reads,
        quantity(series.own),
        quantity(series.segments),
        series.metrics,
    )
}

fn dollars(value: f64) -> String {
    format!("${}", grouped(value, 2))
}

fn price(line: &Line) -> String {
    let per = match line.per {
        one if one < 2.0 => String::new(),
        many => format!(" per {}", grouped(many, 0)),
    };
    // Cents at least, and all digits there are.
    let plain = line.price.to_string();
    let decimals = plain.split_once('.').map_or(0, |(_, decimals)| decimals.len()).max(2);
    format!("${:.decimals$}{per}", line.price)
}

/// A whole number of things.
fn several(number: f64, noun: &str) -> String {
    let number = grouped(number, 0);
    match noun.strip_suffix('y') {
        _ if number == "1" => format!("1 {noun}"),
        Some(stem) => format!("{number} {stem}ies"),
        None => format!("{number} {noun}s"),
    }
}

fn quantity(value: f64) -> String {
    let small = value < 100.0 && (value - value.round()).abs() > 0.005;
    grouped(value, if small { 2 } else { 0 })
}

/// With commas between thousands.
fn grouped(value: f64, decimals: usize) -> String {
    let plain = format!("{value:.decimals$}");
    let (whole, rest) = plain.split_once('.').map_or((plain.as_str(), None), |(a, b)| (a, Some(b)));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match rest {
        Some(rest) => format!("{grouped}.{rest}"),
        None => grouped,
    }
}
