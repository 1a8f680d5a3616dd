//! x
#[allow(dead_code, reason = "the command that uses it comes next")]
mod demo;
fn main() {}
