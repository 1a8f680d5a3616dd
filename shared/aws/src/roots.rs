//! Whom to trust as AWS. Reading all roots of the system takes longer than the rest of a cold start,
//! so the functions carry the five that Amazon Trust Services names for trust stores of one's own.

use aws_smithy_http_client::tls::TrustStore;

/// Amazon Root CA 1 to 4 and Starfield Services G2.
const AMAZON: &[u8] = include_bytes!("roots.pem");

/// Partitions whose end points have other roots, or may get them.
const ELSEWHERE: [&str; 4] = ["cn-", "us-iso", "eu-iso", "eusc-"];

/// Variables that name another set of roots: for proxies, or should AWS change its own.
const OVERRIDES: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

/// The embedded roots, or the system's where the region or a variable asks for them.
pub(crate) fn for_region(region: &str, is_set: impl Fn(&str) -> bool) -> TrustStore {
    let elsewhere = ELSEWHERE.iter().any(|prefix| region.starts_with(prefix));
    if elsewhere || OVERRIDES.into_iter().any(is_set) {
        TrustStore::default()
    } else {
        TrustStore::empty().with_pem_certificate(AMAZON)
    }
}

#[cfg(test)]
mod tests;
