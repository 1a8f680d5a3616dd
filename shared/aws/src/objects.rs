//! S3. Every put has a condition, so two reporters at once put each object once.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use laptime_core::port::{Object, ObjectStanding, Objects, StoreError, StoreErrorKind, Stored};

use crate::Clients;
use crate::said::said;

/// Where a copy says which period it is of.
const PERIOD: &str = "period";

/// The condition does not hold.
const LOST: u16 = 412;

/// Another put of the key is under way.
const CONFLICT: u16 = 409;

/// A bucket.
#[derive(Debug, Clone)]
pub struct Bucket {
    client: Client,
    name: String,
}

impl Clients {
    /// A bucket that exists.
    pub fn bucket(&self, name: impl Into<String>) -> Bucket {
        let config = aws_sdk_s3::config::Builder::from(self.config());
        // A stand-in has one address for all buckets.
        let one_address = self.config().endpoint_url().is_some();
        let config = config.force_path_style(one_address).build();
        Bucket { client: Client::from_conf(config), name: name.into() }
    }
}

impl Objects for Bucket {
    async fn has(&self, key: &str) -> Stored<bool> {
        Ok(self.head(key).await?.is_some())
    }

    async fn create(&self, object: &Object) -> Stored<bool> {
        match self.request(object).if_none_match("*").send().await {
            Ok(_) => Ok(true),
            Err(error) => match status(&error) {
                Some(LOST) => Ok(false),
                // Who else was at it may have failed.
                Some(CONFLICT) if self.has(&object.key).await? => Ok(false),
                _ => Err(self.failed("putting a report into", &error)),
            },
        }
    }

    async fn standing(&self, key: &str) -> Stored<Option<ObjectStanding>> {
        Ok(self.head(key).await?.map(|head| ObjectStanding {
            tag: head.e_tag.unwrap_or_default(),
            period: head.metadata.and_then(|mut told| told.remove(PERIOD)).unwrap_or_default(),
        }))
    }

    async fn replace(
        &self,
        object: &Object,
        period: &str,
        before: Option<&ObjectStanding>,
    ) -> Stored<bool> {
        let put = self.request(object).metadata(PERIOD, period);
        let put = match before {
            Some(before) => put.if_match(&before.tag),
            None => put.if_none_match("*"),
        };
        match put.send().await {
            Ok(_) => Ok(true),
            Err(error) => match status(&error) {
                Some(LOST | CONFLICT) => Ok(false),
                _ => Err(self.failed("putting a copy into", &error)),
            },
        }
    }
}

impl Bucket {
    fn request(&self, object: &Object) -> PutObjectFluentBuilder {
        self.client
            .put_object()
            .bucket(&self.name)
            .key(&object.key)
            .content_type(object.content_type)
            .body(ByteStream::from(object.body.clone()))
    }

    async fn head(&self, key: &str) -> Stored<Option<HeadObjectOutput>> {
        match self.client.head_object().bucket(&self.name).key(key).send().await {
            Ok(head) => Ok(Some(head)),
            Err(SdkError::ServiceError(refused)) if refused.err().is_not_found() => Ok(None),
            Err(error) => Err(self.failed("looking for a report in", &error)),
        }
    }

    /// Without the key: it holds the name of a repository, and this is logged.
    fn failed<E>(&self, doing: &str, error: &SdkError<E>) -> StoreError
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let why = match status(error) {
            Some(status) => format!("{status}, {}", said(error)),
            None => said(error),
        };
        StoreError {
            kind: StoreErrorKind::Failed,
            what: format!("{doing} the bucket {} failed ({why})", self.name),
            source: None,
        }
    }
}

fn status<E>(error: &SdkError<E>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}
