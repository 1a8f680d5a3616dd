use super::*;

#[test]
fn the_tail_is_that_of_the_beta_binomial() {
    // 3 of 4 after 1 of 8: scipy.stats.betabinom.sf(2, 4, 1.5, 7.5).
    let tail = ln_tail(Count::new(1, 8), Count::new(3, 4)).exp();
    assert!((tail - 0.038_115_530).abs() < 1e-8, "{tail}");
}
