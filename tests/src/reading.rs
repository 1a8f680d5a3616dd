//! What has reached the services of a cloud: figures and objects, read back as anybody would.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::{Dimension, Statistic};

use crate::cloud::Cloud;
use crate::flows::wait;

/// What was measured of one metric.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Measured {
    /// Number of samples.
    pub count: f64,
    /// Their sum.
    pub sum: f64,
    /// The greatest.
    pub max: f64,
}

impl Cloud {
    /// A metric of Laptime's over all of the last two weeks.
    pub fn metric(&self, name: &str, dimensions: &[(&str, &str)]) -> Measured {
        let now = laptime_aws::clock();
        let at = |time: laptime_core::time::Time| {
            aws_sdk_cloudwatch::primitives::DateTime::from_millis(time.as_millis())
        };
        let dimensions = dimensions
            .iter()
            .map(|(name, value)| Dimension::builder().name(*name).value(*value).build());
        let asked = aws_sdk_cloudwatch::Client::new(self.clients.config())
            .get_metric_statistics()
            .namespace("Laptime")
            .metric_name(name)
            .set_dimensions(Some(dimensions.collect()))
            .start_time(at(now.plus_days(-14)))
            .end_time(at(now.plus_days(1)))
            .period(60)
            .statistics(Statistic::Sum)
            .statistics(Statistic::SampleCount)
            .statistics(Statistic::Maximum)
            .send();
        let points = wait(asked).unwrap().datapoints.unwrap_or_default();
        points.iter().fold(Measured::default(), |all, point| Measured {
            count: all.count + point.sample_count.unwrap_or_default(),
            sum: all.sum + point.sum.unwrap_or_default(),
            max: all.max.max(point.maximum.unwrap_or_default()),
        })
    }

    /// The name of a bucket of its own: all accounts share the names of buckets.
    pub fn bucket(&self) -> String {
        format!("reports-{}", self.account)
    }

    /// The same bucket, made anew.
    pub fn new_bucket(&self) -> laptime_aws::Bucket {
        wait(self.s3().create_bucket().bucket(self.bucket()).send()).unwrap();
        self.clients.bucket(self.bucket())
    }

    /// An object: its media type and text.
    pub fn object(&self, bucket: &str, key: &str) -> Option<(String, String)> {
        let got = wait(self.s3().get_object().bucket(bucket).key(key).send()).ok()?;
        let content_type = got.content_type.clone().unwrap_or_default();
        let bytes = wait(got.body.collect()).unwrap().into_bytes();
        Some((content_type, String::from_utf8(bytes.to_vec()).unwrap()))
    }

    /// All objects of a bucket, by key; it has less than a thousand.
    pub fn objects(&self, bucket: &str) -> BTreeMap<String, (String, String)> {
        let listed = wait(self.s3().list_objects_v2().bucket(bucket).send()).unwrap();
        let keys = listed.contents.unwrap_or_default().into_iter().filter_map(|object| object.key);
        keys.map(|key| (key.clone(), self.object(bucket, &key).unwrap())).collect()
    }

    fn s3(&self) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::config::Builder::from(self.clients.config());
        aws_sdk_s3::Client::from_conf(config.force_path_style(true).build())
    }
}
