//! Printing and writing results.

use std::fs::File;
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Writes to `out`, whole or not at all; to standard output without one. A reader that goes away
/// has seen enough.
pub(crate) fn emit(text: &str, out: Option<&Path>) -> anyhow::Result<()> {
    let Some(path) = out else {
        let mut stdout = std::io::stdout().lock();
        return match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(error).context("standard output cannot be written")
            }
            _ => Ok(()),
        };
    };
    write_whole(path, text.as_bytes())
}

/// Whether there is a place for `out`: to be asked before something is done that is then told there.
pub(crate) fn check(out: Option<&Path>) -> anyhow::Result<()> {
    let folder = out.and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
    if let (Some(path), Some(folder)) = (out, folder) {
        ensure!(
            folder.is_dir(),
            "{} cannot be written: {} is not there",
            path.display(),
            folder.display()
        );
    }
    Ok(())
}

/// Tells somebody who may not be listening any more.
pub(crate) fn tell(line: &str) {
    // Nobody is left to hear that nobody listens.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// A reader never sees half a file: it is written beside and moved into place. What is no regular
/// file, a pipe or a device, is written to.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    write_bytes(path, bytes).with_context(|| format!("{} cannot be written", path.display()))
}

fn write_bytes(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // A link stays one: its target is replaced.
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let before = std::fs::metadata(&path).ok();
    if before.as_ref().is_some_and(|before| !before.is_file()) {
        return File::options().write(true).open(&path)?.write_all(bytes);
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.part", std::process::id()));
    let beside = Path::new(&beside);
    let write = || -> std::io::Result<()> {
        let mut file = File::create(beside)?;
        if let Some(before) = &before {
            file.set_permissions(before.permissions())?;
        }
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(beside, &path)
    };
    write().inspect_err(|_| {
        // Nothing half-written stays; the first error is the one to tell.
        let _ = std::fs::remove_file(beside);
    })
}

/// Columns of the terminal, 100 when there is none.
pub(crate) fn width() -> usize {
    terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0)).clamp(60, 160)
}

/// A bar on standard error, and only on a terminal.
pub(crate) fn bar(length: u64, what: &'static str) -> ProgressBar {
    let target = if std::io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target((length > 0).then_some(length), target);
    let template =
        if length > 0 { "{msg} {wide_bar} {pos}/{len}" } else { "{spinner} {msg} {pos}" };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar.set_message(what);
    bar
}

/// An error with its causes, each told once.
pub(crate) fn chain(error: &anyhow::Error) -> String {
    let mut told = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !told.contains(&cause) {
            told = format!("{told}: {cause}");
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_place_is_told_before() {
        assert!(check(None).is_ok());
        assert!(check(Some(Path::new("here.txt"))).is_ok());
        let told = check(Some(Path::new("/nowhere/at/all/x"))).unwrap_err().to_string();
        assert_eq!(told, "/nowhere/at/all/x cannot be written: /nowhere/at/all is not there");
    }
}
