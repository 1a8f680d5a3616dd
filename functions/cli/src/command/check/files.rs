//! Files and folders of timings.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use laptime_core::check::{CriterionFiles, MAX_BYTES, Problem, Suite, read, read_criterion};

pub(super) fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}

/// The benchmarks of a file, of a folder of criterion, or of standard input.
pub(super) fn load(path: &Path) -> Result<Suite, Vec<Problem>> {
    let source = path.display().to_string();
    if path.is_dir() {
        return read_criterion(&source, &criterion(path)?);
    }
    let bytes = if is_standard_input(path) {
        whole(io::stdin().lock())
    } else {
        File::open(path).and_then(whole)
    };
    read(&source, &bytes.map_err(|error| vec![Problem::Unread(error.to_string())])?)
}

/// All there is, or one byte more than is taken: a device may have no end.
fn whole(from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Every benchmark in a folder, by path.
fn criterion(folder: &Path) -> Result<Vec<CriterionFiles>, Vec<Problem>> {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        let read = subfolders(&next).and_then(|below| {
            waiting.extend(below);
            benchmark(folder, &next)
        });
        match read {
            Ok(benchmark) => found.extend(benchmark),
            Err(error) => problems.push(within(folder, &next, &error)),
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    if problems.is_empty() { Ok(found) } else { Err(problems) }
}

/// Links are not followed: they may lead in a circle.
fn subfolders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            folders.push(entry.path());
        }
    }
    Ok(folders)
}

fn benchmark(root: &Path, folder: &Path) -> io::Result<Option<CriterionFiles>> {
    let file = |name: &str| match File::open(folder.join("new").join(name)) {
        Ok(file) => whole(file).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    };
    let Some(estimates) = file("estimates.json")? else { return Ok(None) };
    let (sample, benchmark) = (file("sample.json")?, file("benchmark.json")?);
    Ok(Some(CriterionFiles { path: path_in(root, folder), estimates, sample, benchmark }))
}

/// With `/` on every system; of the folder itself its name.
fn path_in(root: &Path, folder: &Path) -> String {
    let below = folder.strip_prefix(root).unwrap_or(folder);
    let parts = below.iter().map(|part| part.to_string_lossy());
    let path = parts.collect::<Vec<_>>().join("/");
    if !path.is_empty() {
        return path;
    }
    folder.file_name().map_or_else(|| path, |name| name.to_string_lossy().into_owned())
}

fn within(root: &Path, folder: &Path, error: &io::Error) -> Problem {
    let problem = Box::new(Problem::Unread(error.to_string()));
    Problem::Within { file: path_in(root, folder), problem }
}
