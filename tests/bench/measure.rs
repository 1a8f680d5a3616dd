//! Clocks. CPU time, not wall time: on a shared machine the one moves a little, the other a lot.

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use nix::time::{ClockId, clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;

/// Seconds of CPU time this thread has used.
fn thread_cpu() -> f64 {
    seconds(ClockId::CLOCK_THREAD_CPUTIME_ID)
}

/// Seconds of CPU time this process has used, all threads.
pub(crate) fn own_cpu() -> f64 {
    seconds(ClockId::CLOCK_PROCESS_CPUTIME_ID)
}

/// Seconds of CPU time another process has used, all threads, user and system.
pub(crate) fn cpu_of(process: u32) -> f64 {
    let process = Pid::from_raw(process.try_into().unwrap());
    seconds(clock_getcpuclockid(process).unwrap())
}

/// Seconds of CPU time of all children that have ended.
pub(crate) fn ended_children_cpu() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    (usage.user_time().num_microseconds() + usage.system_time().num_microseconds()) as f64 / 1e6
}

/// Seconds of this thread's CPU time that a piece of work takes.
pub(crate) fn cpu_spent<T>(work: impl FnOnce() -> T) -> f64 {
    let before = thread_cpu();
    black_box(work());
    thread_cpu() - before
}

fn seconds(clock: ClockId) -> f64 {
    Duration::from(clock_gettime(clock).unwrap()).as_secs_f64()
}

/// A size of a process in MiB from the kernel's books: `VmRSS` now, `VmHWM` at most so far.
pub(crate) fn mebibytes(process: u32, field: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    let kibibytes = line.unwrap().trim().trim_end_matches(" kB").parse::<f64>().unwrap();
    kibibytes / 1024.0
}

/// The middle one.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let (low, high) = (values[(values.len() - 1) / 2], values[values.len() / 2]);
    f64::midpoint(low, high)
}

/// A new empty folder for stores, on the file system of the build.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(crate::server::variable("BENCH_FOLDER")).join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
