use super::*;

#[test]
fn the_tail_is_that_of_the_beta_binomial() {
    // 3 of 4 after 1 of 8, computed by hand: a = 1.5, b = 7.5.
    let tail = ln_tail(Count::new(1, 8), Count::new(3, 4)).exp();
    assert!((tail - 0.0303).abs() < 5e-4, "{tail}");
}
