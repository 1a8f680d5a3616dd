//! x
mod demo;
fn main() {}
