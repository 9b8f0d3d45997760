//! Counters and histograms that are updated without a lock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    pub fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    /// As `add`, for a counter with a single writer: avoids the locked instruction, which takes the cache line from other cores.
    pub fn add_single_writer(&self, more: u64) {
        self.0.store(self.0.load(Ordering::Relaxed).wrapping_add(more), Ordering::Relaxed);
    }

    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The upper bounds of the histogram's buckets in seconds; one more bucket takes what is above.
pub const BOUNDS_SECONDS: [f64; 17] = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
    30.0,
];

/// The same in nanoseconds.
const BOUNDS: [u64; BOUNDS_SECONDS.len()] = [
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    25_000_000,
    50_000_000,
    100_000_000,
    250_000_000,
    500_000_000,
    1_000_000_000,
    2_500_000_000,
    5_000_000_000,
    10_000_000_000,
    30_000_000_000,
];

/// A histogram of durations.
#[derive(Debug, Default)]
pub struct Histogram {
    within: [Counter; BOUNDS.len() + 1],
    nanoseconds: Counter,
}

/// The state of a [`Histogram`] at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HistogramSnapshot {
    /// The number of durations in each bucket, not cumulative.
    pub within: [u64; BOUNDS.len() + 1],
    pub seconds: f64,
}

impl Histogram {
    pub fn observe(&self, took: Duration) {
        let nanoseconds = nanoseconds(took);
        self.within[place(nanoseconds)].add(1);
        self.nanoseconds.add(nanoseconds);
    }

    /// As [`Counter::add_single_writer`].
    pub fn observe_single_writer(&self, took: Duration) {
        let nanoseconds = nanoseconds(took);
        self.within[place(nanoseconds)].add_single_writer(1);
        self.nanoseconds.add_single_writer(nanoseconds);
    }

    #[must_use]
    pub fn read(&self) -> HistogramSnapshot {
        let mut spread = HistogramSnapshot::default();
        for (read, count) in spread.within.iter_mut().zip(&self.within) {
            *read = count.get();
        }
        spread.seconds = Duration::from_nanos(self.nanoseconds.get()).as_secs_f64();
        spread
    }
}

impl HistogramSnapshot {
    #[must_use]
    pub fn count(&self) -> u64 {
        self.within.iter().sum()
    }

    /// The sum of both.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        for (count, more) in self.within.iter_mut().zip(other.within) {
            *count += more;
        }
        self.seconds += other.seconds;
        self
    }
}

fn nanoseconds(took: Duration) -> u64 {
    u64::try_from(took.as_nanos()).unwrap_or(u64::MAX)
}

fn place(nanoseconds: u64) -> usize {
    BOUNDS.iter().position(|bound| nanoseconds <= *bound).unwrap_or(BOUNDS.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_counts_within_the_first_bound_that_it_does_not_pass() {
        let durations = Histogram::default();
        for (took, place) in [(0, 0), (100, 0), (101, 1), (1_000, 3), (29_999_999, 16), (30_000_001, 17)] {
            let before = durations.read();
            durations.observe(Duration::from_micros(took));
            durations.observe_single_writer(Duration::from_micros(took));
            let after = durations.read();
            assert_eq!(after.within[place] - before.within[place], 2, "{took}");
            assert_eq!(after.count() - before.count(), 2, "{took}");
        }
        assert!((durations.read().seconds - 2.0 * 60.001_201).abs() < 1e-3, "{}", durations.read().seconds);
    }

    #[test]
    fn the_bounds_are_the_same_in_both_units_and_grow() {
        for (seconds, nanoseconds) in BOUNDS_SECONDS.iter().zip(BOUNDS) {
            assert_eq!(Duration::from_secs_f64(*seconds).as_nanos(), u128::from(nanoseconds));
        }
        assert!(BOUNDS.is_sorted());
    }
}
