//! Many tests at once.

/// Adjusts the p-values of a family of tests so that the chance of a single false alarm among all
/// of them stays below the level they are compared with (S. Holm 1979). In the order they came.
pub fn holm(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<(usize, f64)> = values.iter().copied().enumerate().collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut adjusted = vec![1.0; values.len()];
    let mut least = 0.0_f64;
    for ((at, p), left) in order.iter().zip((1..=values.len()).rev()) {
        // A p-value never overtakes a smaller one.
        least = least.max((p * factor(left)).min(1.0));
        if let Some(adjusted) = adjusted.get_mut(*at) {
            *adjusted = least;
        }
    }
    adjusted
}

#[expect(clippy::cast_precision_loss, reason = "numbers of tests are far below 2^53")]
fn factor(tests: usize) -> f64 {
    tests as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn close(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
    }

    #[test]
    fn the_smallest_is_multiplied_most_and_order_is_kept() {
        close(&holm(&[0.01, 0.04, 0.03, 0.005]), &[0.03, 0.06, 0.06, 0.02]);
        close(&holm(&[0.02, 0.9, 0.8]), &[0.06, 1.0, 1.0]);
        close(&holm(&[0.05]), &[0.05]);
        close(&holm(&[]), &[]);
    }

    proptest! {
        #[test]
        fn none_gets_smaller_and_none_overtakes(values in prop::collection::vec(0.0..1.0, 0..30)) {
            let adjusted = holm(&values);
            for (p, found) in values.iter().zip(&adjusted) {
                prop_assert!(p <= found && *found <= 1.0);
                for (q, other) in values.iter().zip(&adjusted) {
                    prop_assert!(p > q || found <= other);
                }
            }
        }
    }
}
