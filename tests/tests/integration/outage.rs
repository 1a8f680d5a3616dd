//! `CloudWatch` and S3 out of order, behind the adapters that are deployed.

mod metrics;
mod reports;
