//! Grafana's HTTP API: folders, dashboards, annotations.

mod asked;
mod wire;

use std::fmt;

use hyper::{Method, StatusCode};
use laptime_core::dashboard::Dashboard;
use laptime_core::port::{Annotation, Dashboards, DashboardsError, Folder, Held, Trouble};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::json;

use self::asked::Asked;
use self::wire::{HeldAnnotation, HeldDashboard, HeldFolder};
use crate::{Address, Call, Client, Limits, NotAnAddress, escaped};

/// A Grafana, and the token of a service account on it.
pub struct Grafana {
    client: Client,
    address: Address,
    token: SecretString,
}

/// Why there is none to talk to.
#[derive(Debug, thiserror::Error)]
pub enum NotGrafana {
    /// The address is none.
    #[error("the address of Grafana cannot be used: {0}")]
    Address(#[from] NotAnAddress),
    /// The token has signs that no token has.
    #[error(
        "the token for Grafana has signs that no token has: is there a line end or a blank in it?"
    )]
    Token,
    /// There is no certificate to know an HTTPS server by.
    #[error("certificates cannot be read ({0}): install those of the system (ca-certificates)")]
    Certificates(#[from] std::io::Error),
}

impl fmt::Debug for Grafana {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grafana").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Grafana {
    /// At an address, with the token of a service account. Nothing is sent yet.
    ///
    /// # Errors
    /// When the address is none, or there are no certificates.
    pub fn new(address: &str, token: SecretString) -> Result<Self, NotGrafana> {
        Self::within(Limits::default(), address, token)
    }

    /// The same with limits of time and size.
    ///
    /// # Errors
    /// As [`Grafana::new`].
    pub fn within(limits: Limits, address: &str, token: SecretString) -> Result<Self, NotGrafana> {
        let address = Address::parse(address)?;
        if !token.expose_secret().chars().all(|c| c.is_ascii_graphic()) {
            return Err(NotGrafana::Token);
        }
        Ok(Self { client: Client::new(limits)?, address, token })
    }

    async fn get<T: DeserializeOwned>(
        &self,
        asked: &Asked<'_>,
        path: &str,
    ) -> Result<Option<T>, DashboardsError> {
        let call = Call { method: Method::GET, path, token: Some(&self.token), body: None };
        let reply = self.client.send(&self.address, &call).await;
        let reply = reply.map_err(|failure| asked.unanswered(&failure))?;
        if reply.status == StatusCode::NOT_FOUND && asked::message(&reply.body).is_some() {
            return Ok(None);
        }
        asked.check(&reply, &self.token)?;
        let parsed = serde_json::from_slice(&reply.body);
        parsed.map(Some).map_err(|error| asked.unreadable(&error))
    }

    async fn write(
        &self,
        asked: &Asked<'_>,
        method: Method,
        path: &str,
        body: serde_json::Value,
    ) -> Result<(), DashboardsError> {
        let body = Some(body.to_string());
        let call = Call { method, path, token: Some(&self.token), body };
        let reply = self.client.send(&self.address, &call).await;
        let reply = reply.map_err(|failure| asked.unanswered(&failure))?;
        asked.check(&reply, &self.token)?;
        // A page for people, from something that is not Grafana, has any status.
        let answer = serde_json::from_slice::<serde::de::IgnoredAny>(&reply.body);
        answer.map(|_| ()).map_err(|error| asked.unreadable(&error))
    }
}

impl Dashboards for Grafana {
    async fn folder(&self, uid: &str) -> Result<Option<Folder>, DashboardsError> {
        let asked = Asked::new("read the folder", uid, "folders:read");
        let held: Option<HeldFolder> =
            self.get(&asked, &format!("/api/folders/{}", escaped(uid))).await?;
        Ok(held.map(Folder::from))
    }

    async fn create_folder(&self, folder: &Folder) -> Result<(), DashboardsError> {
        let asked = Asked::new("make the folder", &folder.uid, "folders:create");
        let body = json!({"uid": folder.uid, "title": folder.title});
        match self.write(&asked, Method::POST, "/api/folders", body).await {
            // Somebody else may have made it since it was looked for.
            Err(error)
                if error.trouble == Trouble::Invalid
                    && self.folder(&folder.uid).await?.is_some() =>
            {
                Ok(())
            }
            made => made,
        }
    }

    async fn dashboard(&self, uid: &str) -> Result<Option<Held>, DashboardsError> {
        let asked = Asked::new("read the dashboard", uid, "dashboards:read");
        let held: Option<HeldDashboard> =
            self.get(&asked, &format!("/api/dashboards/uid/{}", escaped(uid))).await?;
        Ok(held.map(Held::from))
    }

    async fn put_dashboard(
        &self,
        folder: &str,
        dashboard: &Dashboard,
    ) -> Result<(), DashboardsError> {
        let needed = "dashboards:create and dashboards:write";
        let asked = Asked::new("write the dashboard", &dashboard.uid, needed);
        let body = json!({"dashboard": dashboard.model, "folderUid": folder, "overwrite": true});
        self.write(&asked, Method::POST, "/api/dashboards/db", body).await
    }

    async fn annotations(
        &self,
        tag: &str,
        limit: usize,
    ) -> Result<Vec<(u64, Annotation)>, DashboardsError> {
        let asked = Asked::new("read annotations with the tag", tag, "annotations:read");
        let path = format!("/api/annotations?type=annotation&limit={limit}&tags={}", escaped(tag));
        let held: Option<Vec<HeldAnnotation>> = self.get(&asked, &path).await?;
        let held = held.ok_or_else(|| asked.missing())?;
        Ok(held.into_iter().map(HeldAnnotation::into_annotation).collect())
    }

    async fn annotate(&self, annotation: &Annotation) -> Result<(), DashboardsError> {
        let tag = annotation.tags.last().map(String::as_str).unwrap_or_default();
        let asked = Asked::new("add the annotation", tag, "annotations:create");
        let body = wire::annotation(annotation);
        self.write(&asked, Method::POST, "/api/annotations", body).await
    }

    async fn change_annotation(
        &self,
        id: u64,
        annotation: &Annotation,
    ) -> Result<(), DashboardsError> {
        let id = id.to_string();
        let asked = Asked::new("change the annotation", &id, "annotations:write");
        let body = wire::annotation(annotation);
        self.write(&asked, Method::PATCH, &format!("/api/annotations/{id}"), body).await
    }
}
