//! Dividing an amount so that nothing is lost.

use std::cmp::Reverse;

use super::{Money, MoneyError};

impl Money {
    /// Divides the amount in the proportion of `weights`; the parts always sum to the whole.
    ///
    /// By largest remainder (Hamilton's method): each part is first rounded towards zero, then the units left over
    /// go one each to the largest remainders, the earlier part first among equals. A part of weight 0 is nothing.
    /// Fails when the weights are all zero.
    pub fn split_by_largest_remainder(self, weights: &[u64]) -> Result<Vec<Self>, MoneyError> {
        let total: u128 = weights.iter().copied().map(u128::from).sum();
        if total == 0 {
            return Err(MoneyError::DivisionByZero);
        }
        let whole = u128::from(self.amount.unsigned_abs());
        let share = |weight: &u64| {
            let exact = whole * u128::from(*weight);
            (exact / total, exact % total)
        };
        let mut parts: Vec<(u128, u128)> = weights.iter().map(share).collect();
        let given: u128 = parts.iter().map(|(part, _)| part).sum();
        let mut order: Vec<usize> = (0..parts.len()).collect();
        order.sort_by_key(|&at| Reverse(parts[at].1));
        // Fewer units are left over than parts have a remainder, so a part of weight 0 never gets one.
        let left_over = usize::try_from(whole - given).map_err(|_| MoneyError::Overflow)?;
        for at in order.into_iter().take(left_over) {
            parts[at].0 += 1;
        }
        let sign = if self.is_negative() { -1 } else { 1 };
        parts
            .into_iter()
            .map(|(part, _)| self.part(sign * i128::try_from(part).unwrap_or(i128::MAX)))
            .collect()
    }

    /// Divides the amount into `count` parts that differ by one minor unit at most, the larger ones first.
    pub fn split_evenly(self, count: usize) -> Result<Vec<Self>, MoneyError> {
        self.split_by_largest_remainder(&vec![1; count])
    }

    fn part(self, amount: i128) -> Result<Self, MoneyError> {
        let amount = i64::try_from(amount).map_err(|_| MoneyError::Overflow)?;
        Ok(Self { amount, ..self })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::usd;
    use super::*;

    #[test]
    fn thirds_of_a_hundred() {
        assert_eq!(usd(100_00).split_evenly(3).unwrap(), [usd(33_34), usd(33_33), usd(33_33)]);
        assert_eq!(usd(-100_00).split_evenly(3).unwrap(), [usd(-33_34), usd(-33_33), usd(-33_33)]);
    }

    #[test]
    fn the_largest_remainder_comes_first() {
        // Exact shares of 10: 1.43, 2.86, 5.71.
        assert_eq!(usd(10).split_by_largest_remainder(&[1, 2, 4]).unwrap(), [usd(1), usd(3), usd(6)]);
        assert_eq!(usd(1).split_by_largest_remainder(&[0, 1, 0]).unwrap(), [usd(0), usd(1), usd(0)]);
    }

    #[test]
    fn no_weight_is_an_error() {
        assert_eq!(usd(1).split_by_largest_remainder(&[]), Err(MoneyError::DivisionByZero));
        assert_eq!(usd(1).split_by_largest_remainder(&[0, 0]), Err(MoneyError::DivisionByZero));
    }

    proptest! {
        #[test]
        fn parts_sum_to_the_whole_and_are_less_than_one_unit_off(
            amount in any::<i64>(), weights in proptest::collection::vec(0_u64..1_000_000, 1..40),
        ) {
            prop_assume!(weights.iter().any(|weight| *weight > 0));
            let parts = usd(amount).split_by_largest_remainder(&weights).unwrap();
            prop_assert_eq!(Money::sum(usd(0).currency(), parts.iter().copied()).unwrap(), usd(amount));
            let total: i128 = weights.iter().copied().map(i128::from).sum();
            for (part, weight) in parts.iter().zip(&weights) {
                let off = i128::from(part.amount()) * total - i128::from(amount) * i128::from(*weight);
                prop_assert!(off.abs() < total);
            }
        }
    }
}
