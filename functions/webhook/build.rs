//! How the program is linked where it is deployed. Decision record 10 has the reasons.

#[expect(clippy::disallowed_methods, reason = "cargo tells a build script by variables")]
fn main() {
    println!("cargo::rerun-if-changed=no-unwinding.ld");
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|it| it == value);
    // Only the profile `lambda` is built for size, and it aborts: others need tables for unwinding.
    // (Cargo does not tell a build script the profile's name, nor whether it aborts.)
    if is("OPT_LEVEL", "z") && is("CARGO_CFG_TARGET_OS", "linux") {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/no-unwinding.ld");
        for argument in ["-no-pie", "-Wl,--no-eh-frame-hdr", "-Wl,-T", &format!("-Wl,{script}")] {
            println!("cargo::rustc-link-arg-bins={argument}");
        }
    }
}
