//! x
mod demo;
fn main() {
    let h = demo::History::generate(1, 1_774_024_800_000);
    let t = h.truth_over(h.from, h.to);
    let j = h.jumbled(1);
    let d = t.differences(&serde_json::Value::Null).len()
        + h.truth.differences(&serde_json::Value::Null).len();
    std::process::exit(
        i32::try_from(
            j.iter()
                .map(|p| p.guid.len() + p.body.len() + p.event.len())
                .sum::<usize>()
                + d
                + h.deliveries.len(),
        )
        .unwrap_or(0),
    );
}
