//! How the program is linked where it is deployed. Decision record 10 has the reasons.

#[expect(clippy::disallowed_methods, reason = "cargo tells a build script by variables")]
fn main() {
    println!("cargo::rerun-if-changed=no-unwinding.ld");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/no-unwinding.ld");
        for argument in ["-no-pie", "-Wl,--no-eh-frame-hdr", "-Wl,-T", &format!("-Wl,{script}")] {
            println!("cargo::rustc-link-arg-bins={argument}");
        }
    }
}
