//! What a delivery costs: capacity units counted on the stand-in, which `laptime plan` is made from.

mod counting;
mod day;

use std::fs;
use std::path::Path;

use laptime_core::plan::Counted;

use self::counting::counted;

const TABLE: &str = "../shared/core/src/plan/units.toml";

const HEAD: &str = "# Capacity units as counted by tests/tests/integration/units.rs; `make units` writes them anew.\n\
                    # Per attempt, batch, pass, or day of a workflow; rollup_writes at 10, 100 and 1,000 attempts a day.\n\n";

#[test]
fn the_committed_units_are_those_that_are_counted() {
    let counted = counted();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(TABLE);
    if std::env::var("LAPTIME_UPDATE_UNITS").is_ok_and(|wanted| wanted == "1") {
        fs::write(&file, HEAD.to_owned() + &counted.to_toml().unwrap()).unwrap();
        return;
    }
    let committed = Counted::committed().unwrap();
    assert!(
        committed == counted,
        "what is counted differs from {TABLE}: run `make units` and review\n{counted:#?}"
    );
}

#[test]
fn storing_what_comes_in_is_a_third_of_a_unit_per_delivery() {
    for shape in Counted::committed().unwrap().shapes.iter().filter(|shape| shape.steps <= 10.0) {
        assert_eq!(shape.ingest.writes, shape.jobs + 1.0, "one for each that is kept, of three");
        assert_eq!(shape.ingest.reads, 0.0);
    }
}
