//! Metric families in the text exposition format of Prometheus.

use jiff::Timestamp;
use prometheus::TextEncoder;
use prometheus::proto::{Bucket, Counter, Gauge, Histogram, LabelPair, Metric, MetricFamily, MetricType};

use crate::counters::{BOUNDS_SECONDS, HistogramSnapshot};

/// The labels of one sample.
pub(in crate::serve) type Labels<'a> = Vec<(&'static str, &'a str)>;

/// Families of numbers, in the order in which they are shown.
#[derive(Debug, Default)]
pub(in crate::serve) struct MetricFamilies(Vec<MetricFamily>);

impl MetricFamilies {
    /// What only grows; the name ends with `_total`.
    pub(in crate::serve) fn counter<'a>(
        &mut self,
        name: &str,
        help: &str,
        samples: impl IntoIterator<Item = (Labels<'a>, u64)>,
    ) {
        let metric = |(labels, value)| {
            let mut counter = Counter::default();
            counter.set_value(float(value));
            let mut metric = labelled(labels);
            metric.set_counter(counter);
            metric
        };
        self.add(name, help, MetricType::COUNTER, samples.into_iter().map(metric).collect());
    }

    /// How things stand.
    pub(in crate::serve) fn gauge<'a>(
        &mut self,
        name: &str,
        help: &str,
        samples: impl IntoIterator<Item = (Labels<'a>, f64)>,
    ) {
        let metric = |(labels, value)| {
            let mut gauge = Gauge::default();
            gauge.set_value(value);
            let mut metric = labelled(labels);
            metric.set_gauge(gauge);
            metric
        };
        self.add(name, help, MetricType::GAUGE, samples.into_iter().map(metric).collect());
    }

    /// How long things took; the name ends with `_seconds`.
    pub(in crate::serve) fn durations<'a>(
        &mut self,
        name: &str,
        help: &str,
        samples: impl IntoIterator<Item = (Labels<'a>, HistogramSnapshot)>,
    ) {
        let metric = |(labels, spread): (Labels<'a>, HistogramSnapshot)| {
            let mut metric = labelled(labels);
            metric.set_histogram(histogram(&spread));
            metric
        };
        self.add(name, help, MetricType::HISTOGRAM, samples.into_iter().map(metric).collect());
    }

    /// What another has made of its own numbers.
    pub(in crate::serve) fn extend(&mut self, others: Vec<MetricFamily>) {
        self.0.extend(others);
    }

    /// Nothing is shown of a family without numbers.
    fn add(&mut self, name: &str, help: &str, kind: MetricType, metrics: Vec<Metric>) {
        if metrics.is_empty() {
            return;
        }
        let mut family = MetricFamily::default();
        family.set_name(name.to_owned());
        family.set_help(help.to_owned());
        family.set_field_type(kind);
        family.set_metric(metrics);
        self.0.push(family);
    }

    /// The text exposition format, version 0.0.4.
    pub(in crate::serve) fn text(&self) -> Result<String, prometheus::Error> {
        TextEncoder::new().encode_to_string(&self.0)
    }
}

fn labelled(labels: Labels<'_>) -> Metric {
    let pair = |(name, value): (&str, &str)| {
        let mut pair = LabelPair::default();
        pair.set_name(name.to_owned());
        pair.set_value(value.to_owned());
        pair
    };
    Metric::from_label(labels.into_iter().map(pair).collect())
}

fn histogram(spread: &HistogramSnapshot) -> Histogram {
    let mut count = 0;
    let buckets = BOUNDS_SECONDS.iter().zip(spread.within).map(|(bound, within)| {
        count += within;
        let mut bucket = Bucket::default();
        bucket.set_upper_bound(*bound);
        bucket.set_cumulative_count(count);
        bucket
    });
    let mut histogram = Histogram::default();
    histogram.set_bucket(buckets.collect());
    histogram.set_sample_count(spread.count());
    histogram.set_sample_sum(spread.seconds);
    histogram
}

#[expect(
    clippy::cast_precision_loss,
    reason = "exact up to 2⁵³: ten thousand a second for thirty thousand years"
)]
pub(in crate::serve) fn float(value: u64) -> f64 {
    value as f64
}

/// 1 for yes, 0 for no.
pub(in crate::serve) fn flag(is_so: bool) -> f64 {
    f64::from(u8::from(is_so))
}

/// A moment in seconds since 1970, as Prometheus has it.
#[expect(clippy::cast_precision_loss, reason = "exact for millions of years")]
pub(in crate::serve) fn seconds(at: Timestamp) -> f64 {
    at.as_second() as f64
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::counters::Histogram;

    #[test]
    fn buckets_are_cumulative_and_end_with_all() {
        let durations = Histogram::default();
        for milliseconds in [0, 3, 40_000] {
            durations.observe(Duration::from_millis(milliseconds));
        }
        let mut families = MetricFamilies::default();
        families.durations("a_seconds", "How long.", [(vec![("b", "x\"\n\\")], durations.read())]);
        let text = families.text().expect("text");
        for line in [
            "# HELP a_seconds How long.",
            "# TYPE a_seconds histogram",
            r#"a_seconds_bucket{b="x\"\n\\",le="0.0025"} 1"#,
            r#"a_seconds_bucket{b="x\"\n\\",le="0.005"} 2"#,
            r#"a_seconds_bucket{b="x\"\n\\",le="30"} 2"#,
            r#"a_seconds_bucket{b="x\"\n\\",le="+Inf"} 3"#,
            r#"a_seconds_sum{b="x\"\n\\"} 40.003"#,
            r#"a_seconds_count{b="x\"\n\\"} 3"#,
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }

    #[test]
    fn a_family_without_numbers_is_not_shown() {
        let mut families = MetricFamilies::default();
        families.counter("a_total", "None.", []);
        assert_eq!(families.text().expect("text"), "");
    }
}
