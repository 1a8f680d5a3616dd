//! Where the program lies in memory is fixed when it is linked. Otherwise 400 kB of addresses are
//! put right at each cold start, and half its time is that. Decision record 10.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
