//! When this fails, run `cargo update -p webpki-root-certs`, look at what amazontrust.com/repository
//! recommends, and take the certificates from there into `roots.pem`. Decision record 10 has more.

use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

use super::*;

const YEAR_S: i64 = 365 * 86_400;

/// The certificates of `roots.pem`, decoded.
fn embedded() -> Vec<Vec<u8>> {
    let text = std::str::from_utf8(AMAZON).unwrap();
    let blocks = text.split("-----BEGIN CERTIFICATE-----").skip(1);
    blocks.map(|block| base64(block.split("-----END").next().unwrap())).collect()
}

fn base64(text: &str) -> Vec<u8> {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0, 0_u32);
    for digit in text.chars().filter_map(|digit| DIGITS.find(digit)) {
        held = held << 6 | u32::try_from(digit).unwrap();
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).unwrap());
        }
    }
    bytes
}

/// Tag, content and what follows of the first element of DER.
fn element(der: &[u8]) -> (u8, &[u8], &[u8]) {
    let (length, head) = match der[1] {
        short @ 0..=0x7f => (usize::from(short), 2),
        long => {
            let digits = usize::from(long & 0x7f);
            let length =
                der[2..2 + digits].iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            (length, 2 + digits)
        }
    };
    (der[0], &der[head..head + length], &der[head + length..])
}

/// `notAfter` of a certificate, as `YYYYMMDDHHMMSS`.
fn end(certificate: &[u8]) -> String {
    let (_, certificate, _) = element(certificate);
    let (_, mut rest, _) = element(certificate);
    // Version, serial number, signature, issuer; then validity.
    for _ in 0..4 {
        rest = element(rest).2;
    }
    let (_, validity, _) = element(rest);
    let (tag, time, _) = element(element(validity).2);
    let time = std::str::from_utf8(time).unwrap().trim_end_matches('Z');
    // UTCTime has two digits for the year, and is not used from 2050 on.
    if tag == 0x17 { format!("20{time}") } else { time.to_owned() }
}

#[test]
fn the_embedded_roots_are_still_in_mozillas_set() {
    let embedded = embedded();
    assert_eq!(embedded.len(), 5);
    for root in embedded {
        let known = TLS_SERVER_ROOT_CERTS.iter().any(|one| one.as_ref() == root);
        assert!(known, "the root that ends {} is no longer trusted", end(&root));
    }
}

#[test]
fn no_embedded_root_ends_within_a_year() {
    let now = crate::clock().as_millis() / 1_000;
    let mut ends: Vec<String> = embedded().iter().map(|root| end(root)).collect();
    for end in &ends {
        let part = |range| &end[range];
        let time = format!("{}-{}-{}T00:00:00Z", part(0..4), part(4..6), part(6..8));
        let time: laptime_core::time::Time = time.parse().unwrap();
        assert!(time.as_millis() / 1_000 - now > YEAR_S, "an embedded root ends {time}");
    }
    ends.sort();
    // Read right at all: these are the published ones.
    assert_eq!(
        [&ends[0], &ends[1], &ends[4]],
        ["20371231235959", "20380117000000", "20400526000000"]
    );
}

#[test]
fn other_partitions_and_other_roots_are_the_systems() {
    let embedded = |region, set| {
        let trusted = format!("{:?}", for_region(region, |name| Some(name) == set));
        assert!(trusted.len() > 5_000 || trusted.contains("enable_native_roots: true"));
        trusted.contains("enable_native_roots: false")
    };
    assert!(embedded("eu-central-1", None) && embedded("us-gov-west-1", None));
    assert!(!embedded("cn-north-1", None) && !embedded("us-isob-east-1", None));
    assert!(!embedded("eu-central-1", Some("SSL_CERT_FILE")));
}
