//! Series of others that people have labelled: those below the folder that `LAPTIME_LABELLED` names.

use std::collections::BTreeMap;
use std::path::Path;

use laptime_core::stats::detect::{Rules, history};
use scorecard::labelled::{Labelled, read};
use scorecard::partition::annotated;

use crate::table;

pub(crate) fn print(_: u64) {
    let Ok(folder) = std::env::var("LAPTIME_LABELLED") else {
        println!("\nLabelled series of others: LAPTIME_LABELLED names no folder, see the README.");
        return;
    };
    let series = read(Path::new(&folder));
    let mut rows = Vec::new();
    let mut sets: BTreeMap<String, Vec<(f64, f64)>> = BTreeMap::new();
    let mut alarmed = Vec::new();
    for one in &series {
        let (said, confirmed) = said(one);
        let annotators: Vec<Vec<usize>> = one.label.annotators.values().cloned().collect();
        let (f1, cover) = annotated(&said, &annotators, one.samples.len());
        rows.push(row(one, &said, &confirmed, (f1, cover)));
        if one.label.look_alike {
            alarmed.extend((!confirmed.is_empty()).then_some(&one.name));
        }
        let set = one.name.split('/').next().unwrap_or_default().to_owned();
        sets.entry(set).or_default().push((f1, cover));
    }
    for (set, scores) in sets {
        let mean = |of: fn(&(f64, f64)) -> f64| {
            format!("{:.3}", scores.iter().map(of).sum::<f64>() / scores.len() as f64)
        };
        rows.push(vec![
            format!("all of {set}"),
            mean(|s| s.0),
            mean(|s| s.1),
            String::new(),
            String::new(),
        ]);
    }
    let header = ["series", "F1", "cover", "said (confirmed)", "labelled by any"];
    table::print("Labelled series of others, one setting for all", &header, rows);
    let of = series.iter().filter(|one| one.label.look_alike).count();
    println!("\nAlarms on {} of {of} look-alikes {alarmed:?}", alarmed.len());
}

fn said(one: &Labelled) -> (Vec<usize>, Vec<usize>) {
    let rules = Rules { min_change: 0.01, ..Rules::default() };
    let changes = history(&one.samples, &rules).changes;
    let confirmed = changes.iter().filter(|change| change.confirmed.is_ok());
    (
        changes.iter().map(|change| change.index).collect(),
        confirmed.map(|change| change.index).collect(),
    )
}

fn row(
    one: &Labelled,
    said: &[usize],
    confirmed: &[usize],
    (f1, cover): (f64, f64),
) -> Vec<String> {
    let mark = |at: &usize| if confirmed.contains(at) { format!("({at})") } else { at.to_string() };
    let mut any: Vec<usize> = one.label.annotators.values().flatten().copied().collect();
    any.sort_unstable();
    any.dedup();
    let list = |all: Vec<String>| all.join(" ");
    let name =
        if one.label.look_alike { format!("{} (look-alike)", one.name) } else { one.name.clone() };
    vec![
        name,
        format!("{f1:.3}"),
        format!("{cover:.3}"),
        list(said.iter().map(mark).collect()),
        list(any.iter().map(ToString::to_string).collect()),
    ]
}
