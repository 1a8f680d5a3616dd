use super::*;

#[test]
fn placeholder_median() {
    assert!((median(&mut [3.0, 1.0, 2.0, 10.0]) - 2.5).abs() < 1e-12);
}
