//! Where the store is: a folder, or a table on AWS.

use std::path::{Path, PathBuf};

use anyhow::bail;

const TABLE: &str = "dynamodb://";

/// What `--data` names.
pub(crate) enum Place {
    Folder(PathBuf),
    #[cfg(feature = "aws")]
    Table(Box<laptime_aws::Store>),
}

impl Place {
    /// A table is asked for the retention that its installation has, which goes before the one given.
    pub(crate) fn named(data: &Path, retention_days: u16) -> anyhow::Result<Self> {
        match data.to_str().and_then(|text| text.strip_prefix(TABLE)) {
            None if looks_like_a_table(data) => {
                bail!("{} names no table: write it as in {TABLE}laptime", data.display())
            }
            None => Ok(Self::Folder(data.to_owned())),
            Some("") => bail!("name the table, as in {TABLE}laptime"),
            Some(table) if table.contains('/') => {
                bail!("{table} is no name of a table: write it as in {TABLE}laptime")
            }
            Some(table) => on_table(table, retention_days),
        }
    }
}

/// A slip of the pen must not make a folder of that name.
fn looks_like_a_table(data: &Path) -> bool {
    let text = data.to_str().unwrap_or_default();
    text.contains("://") || text.get(..9).is_some_and(|it| it.eq_ignore_ascii_case("dynamodb:"))
}

/// A folder, for what works on one machine only.
pub(crate) fn folder<'a>(data: &'a Path, what: &str) -> anyhow::Result<&'a Path> {
    if looks_like_a_table(data) {
        bail!("{what} works on a folder; a table has the deployed functions for it");
    }
    Ok(data)
}

#[cfg(feature = "aws")]
fn on_table(table: &str, retention_days: u16) -> anyhow::Result<Place> {
    let store = crate::command::block_on(async {
        let clients = laptime_aws::Clients::from_env().await;
        clients.check().await.map_err(anyhow::Error::msg)?;
        anyhow::Ok(clients.store(table, retention_days).as_deployed().await?)
    })??;
    Ok(Place::Table(Box::new(store)))
}

#[cfg(not(feature = "aws"))]
fn on_table(table: &str, _: u16) -> anyhow::Result<Place> {
    bail!(
        "this program was built without AWS, so it cannot reach the table {table}: build it with \
         cargo install --locked --path functions/cli --features aws"
    )
}
