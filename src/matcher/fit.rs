//! Fitting: weights near a prior that explain what was observed.
//!
//! Newton's method with the steps damped: a step that does not lower the loss is halved until it does. So the loss never
//! exceeds the prior's, whatever the data are, and nearly separable data end at large weights instead of at none.

/// More steps than any catalogue has needed.
const STEPS_MAX: usize = 40;
/// A step is halved at most so often.
const HALVINGS_MAX: i32 = 24;
/// A step that gains less than this is the last.
const GAIN_MIN: f64 = 1e-9;

/// The loss at some weights, with its first and second derivatives.
#[derive(Debug, Clone)]
pub struct Loss<const N: usize> {
    /// The loss.
    pub value: f64,
    /// Its slope.
    pub gradient: [f64; N],
    /// Its curvature, positive semi-definite.
    pub curvature: [[f64; N]; N],
}

impl<const N: usize> Default for Loss<N> {
    fn default() -> Self {
        Loss {
            value: 0.0,
            gradient: [0.0; N],
            curvature: [[0.0; N]; N],
        }
    }
}

impl<const N: usize> Loss<N> {
    /// Adds a Gaussian prior.
    fn hold(mut self, weights: &[f64; N], prior: &[f64; N], strength: f64) -> Self {
        for i in 0..N {
            let off = weights[i] - prior[i];
            self.value += 0.5 * strength * off * off;
            self.gradient[i] += strength * off;
            self.curvature[i][i] += strength;
        }
        self
    }
}

/// Returns the weights of least loss, held to a prior with this strength.
pub fn fit<const N: usize>(
    prior: [f64; N],
    strength: f64,
    loss: impl Fn(&[f64; N]) -> Loss<N>,
) -> [f64; N] {
    let at = |weights: &[f64; N]| loss(weights).hold(weights, &prior, strength);
    let mut weights = prior;
    let mut here = at(&weights);
    for _ in 0..STEPS_MAX {
        let step = solve(here.curvature, here.gradient);
        let lower = (0..HALVINGS_MAX).find_map(|halvings| {
            let share = 0.5f64.powi(halvings);
            let next: [f64; N] = std::array::from_fn(|i| weights[i] - share * step[i]);
            let there = at(&next);
            (there.value < here.value).then_some((next, there))
        });
        let Some((next, there)) = lower else { break };
        let gain = here.value - there.value;
        (weights, here) = (next, there);
        if gain < GAIN_MIN {
            break;
        }
    }
    weights
}

/// Logistic regression: cases of inputs, the probability that they should have, and a weight.
pub fn fit_logistic<const N: usize>(
    prior: [f64; N],
    strength: f64,
    cases: &[([f64; N], f64, f64)],
) -> [f64; N] {
    fit(prior, strength, |weights| {
        let mut loss = Loss::default();
        for (inputs, target, weight) in cases {
            let score = dot(weights, inputs);
            let p = logistic(score);
            // The cross entropy without overflow: ln(1 + e^score) - target * score.
            loss.value += weight * (score.max(0.0) + (-score.abs()).exp().ln_1p() - target * score);
            for i in 0..N {
                loss.gradient[i] += weight * (p - target) * inputs[i];
                for j in 0..N {
                    loss.curvature[i][j] += weight * p * (1.0 - p) * inputs[i] * inputs[j];
                }
            }
        }
        loss
    })
}

/// Conditional logit: for each case the inputs of every choice, the place of the right one, and a weight.
pub fn fit_choice<const N: usize>(
    prior: [f64; N],
    strength: f64,
    cases: &[(Vec<[f64; N]>, usize, f64)],
) -> [f64; N] {
    fit(prior, strength, |weights| {
        let mut loss = Loss::default();
        for (choices, right, weight) in cases {
            let shares = softmax(choices.iter().map(|inputs| dot(weights, inputs)).collect());
            loss.value -= weight * shares[*right].max(f64::MIN_POSITIVE).ln();
            let weighed = choices.iter().zip(&shares);
            let mean: [f64; N] =
                std::array::from_fn(|i| weighed.clone().map(|(x, share)| x[i] * share).sum());
            for i in 0..N {
                loss.gradient[i] += weight * (mean[i] - choices[*right][i]);
                for (x, share) in weighed.clone() {
                    for j in 0..N {
                        loss.curvature[i][j] +=
                            weight * share * (x[i] - mean[i]) * (x[j] - mean[j]);
                    }
                }
            }
        }
        loss
    })
}

/// Scores as shares of one.
pub fn softmax(mut scores: Vec<f64>) -> Vec<f64> {
    let highest = scores.iter().copied().fold(f64::MIN, f64::max);
    scores
        .iter_mut()
        .for_each(|score| *score = (*score - highest).exp());
    let total: f64 = scores.iter().sum();
    scores.iter_mut().for_each(|score| *score /= total);
    scores
}

/// A score as a probability.
pub fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// The sum of the products.
pub fn dot<const N: usize>(a: &[f64; N], b: &[f64; N]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Solves a positive definite system by elimination; the prior keeps every pivot away from zero.
fn solve<const N: usize>(mut matrix: [[f64; N]; N], mut right: [f64; N]) -> [f64; N] {
    for pivot in 0..N {
        let (upper, lower) = matrix.split_at_mut(pivot + 1);
        for (row, below) in lower.iter_mut().enumerate() {
            let factor = below[pivot] / upper[pivot][pivot];
            for (cell, above) in below[pivot..].iter_mut().zip(&upper[pivot][pivot..]) {
                *cell -= factor * above;
            }
            right[pivot + 1 + row] -= factor * right[pivot];
        }
    }
    for row in (0..N).rev() {
        let rest: f64 = (row + 1..N)
            .map(|column| matrix[row][column] * right[column])
            .sum();
        right[row] = (right[row] - rest) / matrix[row][row];
    }
    right
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn loss_of(weights: [f64; 2], prior: [f64; 2], cases: &[([f64; 2], f64, f64)]) -> f64 {
        let entropy = |(x, target, weight): &([f64; 2], f64, f64)| {
            let score = dot(&weights, x);
            weight * (score.max(0.0) + (-score.abs()).exp().ln_1p() - target * score)
        };
        let off = |i: usize| 0.25 * (weights[i] - prior[i]).powi(2);
        cases.iter().map(entropy).sum::<f64>() + off(0) + off(1)
    }

    proptest! {
        #[test]
        fn no_data_make_the_fit_worse_than_its_prior(
            cases in proptest::collection::vec((-1e3f64..1e3, any::<bool>(), 0.0f64..2.0), 0..60),
        ) {
            let cases: Vec<_> = cases
                .into_iter()
                .map(|(x, is_so, weight)| ([1.0, x], f64::from(u8::from(is_so)), weight))
                .collect();
            let prior = [0.5, -0.2];
            let weights = fit_logistic(prior, 0.5, &cases);
            prop_assert!(weights.iter().all(|weight| weight.is_finite()));
            prop_assert!(loss_of(weights, prior, &cases) <= loss_of(prior, prior, &cases));
        }
    }

    #[test]
    fn separable_data_end_at_finite_weights_that_separate() {
        let cases: Vec<_> = (0..40)
            .map(|i| {
                (
                    [1.0, f64::from(i) - 19.5],
                    f64::from(u8::from(i >= 20)),
                    1.0,
                )
            })
            .collect();
        let weights = fit_logistic([0.0, 0.0], 0.01, &cases);
        assert!(weights[1] > 0.5 && weights[1].is_finite(), "{weights:?}");
    }
}
