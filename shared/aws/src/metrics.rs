//! `CloudWatch`. `PutMetricData` counts twice what it gets twice, so nothing is tried again here.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::retry::RetryConfig;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, MetricDatum, StandardUnit};
use laptime_core::port::{Datum, Metrics, NotSent, Unit};

use crate::Clients;
use crate::said::said;
use crate::unsent::was_refused;

/// The metrics of an account and region.
#[derive(Debug, Clone)]
pub struct CloudWatch(Client);

impl Clients {
    /// The metrics service.
    pub fn metrics(&self) -> CloudWatch {
        let config = aws_sdk_cloudwatch::config::Builder::from(self.config());
        CloudWatch(Client::from_conf(config.retry_config(RetryConfig::disabled()).build()))
    }
}

impl Metrics for CloudWatch {
    async fn put(&self, namespace: &str, data: &[Datum]) -> Result<(), NotSent> {
        let data: Vec<MetricDatum> = data.iter().map(metric).collect();
        let count = data.len();
        let put = self.0.put_metric_data().namespace(namespace).set_metric_data(Some(data)).send();
        match put.await {
            Ok(_) => Ok(()),
            Err(error) => {
                let told = format!("{count} metrics were not put to {namespace}: {}", said(&error));
                Err(if was_refused(&error) {
                    NotSent::Refused(told)
                } else {
                    NotSent::Unsure(told)
                })
            }
        }
    }
}

fn metric(datum: &Datum) -> MetricDatum {
    let dimensions = datum
        .dimensions
        .iter()
        .map(|(name, value)| Dimension::builder().name(*name).value(value).build());
    let (values, counts) = datum.values.iter().copied().unzip();
    MetricDatum::builder()
        .metric_name(datum.name)
        .unit(match datum.unit {
            Unit::Seconds => StandardUnit::Seconds,
            Unit::Count => StandardUnit::Count,
            Unit::Percent => StandardUnit::Percent,
            Unit::Plain => StandardUnit::None,
        })
        .set_dimensions(Some(dimensions.collect()))
        .timestamp(DateTime::from_millis(datum.at.as_millis()))
        .set_values(Some(values))
        .set_counts(Some(counts))
        .build()
}
