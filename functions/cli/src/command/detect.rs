//! `laptime detect`: any series judged.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context, bail};
use laptime_core::series::{self, Better, Columns};
use laptime_core::stats::detect::Rules;

use crate::args::{DetectArgs, Format};
use crate::command::Outcome;
use crate::output;

/// Largest file that is read: some million samples.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

pub(crate) fn run(args: &DetectArgs) -> anyhow::Result<Outcome> {
    let is_piped = args.file == Path::new("-");
    let name = if is_piped { "standard input".into() } else { args.file.to_string_lossy() };
    let bytes = bytes_of(&args.file).with_context(|| format!("{name} cannot be read"))?;
    let columns = Columns { time: args.time.clone(), value: args.value.clone() };
    let read = series::read(&bytes, &columns).with_context(|| format!("{name} is no series"))?;
    if !read.was_sorted {
        output::tell(&format!(
            "laptime: {name} is not in order of time; it is judged in that order"
        ));
    }
    let rules = Rules { min_change: args.min_change / 100.0, ..Rules::default() };
    let better = if args.higher_is_better { Better::Higher } else { Better::Lower };
    let detected = series::detect(&read.samples, &rules, better);
    let text = match args.format.format {
        Format::Text => series::text(&detected),
        Format::Json => series::json(&detected),
    };
    output::emit(&text, args.format.out.as_deref())?;
    let is_worse =
        |change: &series::DetectedChange| change.confirmed && change.direction == "regression";
    let found = args.fail_on_regression && detected.changes.iter().any(is_worse);
    Ok(if found { Outcome::Found } else { Outcome::Fine })
}

fn bytes_of(file: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        std::io::stdin().lock().take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    } else {
        fs::File::open(file)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    }
    if bytes.len() as u64 > MAX_BYTES {
        bail!("it is larger than {MAX_BYTES} bytes: cut it, or put samples together");
    }
    Ok(bytes)
}
