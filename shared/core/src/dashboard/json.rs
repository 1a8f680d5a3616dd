//! A dashboard in Grafana's form.

use serde::Serialize;

use super::panel::Panel;

/// A dashboard.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Model {
    pub(super) uid: String,
    pub(super) title: String,
    pub(super) description: &'static str,
    pub(super) tags: Vec<String>,
    pub(super) timezone: &'static str,
    pub(super) editable: bool,
    /// 1: the crosshair is shown on all panels.
    pub(super) graph_tooltip: u8,
    pub(super) time: Range,
    pub(super) refresh: &'static str,
    pub(super) schema_version: u8,
    pub(super) panels: Vec<Panel>,
    pub(super) templating: List<Variable>,
    pub(super) annotations: List<Marks>,
    pub(super) links: Vec<Link>,
}

/// The time that is shown first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Range {
    pub(super) from: &'static str,
    pub(super) to: &'static str,
}

/// What Grafana keeps in an object of its own.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct List<T> {
    pub(super) list: Vec<T>,
}

/// A data source: its plugin, and its uid or a variable.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Ref {
    #[serde(rename = "type")]
    pub(super) plugin: &'static str,
    pub(super) uid: String,
}

/// What is chosen above the panels.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Variable {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    /// A plugin, or what the data source is asked for.
    pub(super) query: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) datasource: Option<Ref>,
    /// 2: asked for again when the time range changes.
    pub(super) refresh: u8,
    /// 1: by the alphabet.
    pub(super) sort: u8,
}

impl Variable {
    /// By which a data source is chosen.
    pub(super) fn chooser(plugin: &'static str) -> Self {
        Self {
            kind: "datasource",
            name: "datasource",
            label: "Data source",
            query: plugin.to_owned(),
            datasource: None,
            refresh: 1,
            sort: 1,
        }
    }

    /// Whose values the data source tells.
    pub(super) const fn asked(
        name: &'static str,
        label: &'static str,
        datasource: Ref,
        query: String,
    ) -> Self {
        Self {
            kind: "query",
            name,
            label,
            query,
            datasource: Some(datasource),
            refresh: 2,
            sort: 1,
        }
    }
}

/// Which annotations are shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Marks {
    pub(super) name: &'static str,
    pub(super) datasource: Ref,
    pub(super) enable: bool,
    pub(super) icon_color: &'static str,
    pub(super) target: Tagged,
}

/// Annotations by their tags.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Tagged {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) tags: Vec<String>,
    pub(super) match_any: bool,
    pub(super) limit: u32,
}

impl Marks {
    /// All that bear a tag.
    pub(super) fn tagged(tag: &str) -> Self {
        Self {
            name: "Findings",
            datasource: Ref { plugin: "grafana", uid: "-- Grafana --".to_owned() },
            enable: true,
            icon_color: "purple",
            target: Tagged {
                kind: "tags",
                tags: vec![tag.to_owned()],
                match_any: false,
                limit: 100,
            },
        }
    }
}

/// Links to other dashboards.
#[expect(clippy::struct_excessive_bools, reason = "they are Grafana's")]
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Link {
    pub(super) title: &'static str,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) icon: &'static str,
    pub(super) tooltip: &'static str,
    pub(super) url: &'static str,
    pub(super) tags: Vec<String>,
    pub(super) as_dropdown: bool,
    pub(super) target_blank: bool,
    pub(super) include_vars: bool,
    pub(super) keep_time: bool,
}

impl Link {
    /// To all that bear a tag.
    pub(super) fn to_all(tag: &str) -> Self {
        Self {
            title: "Laptime",
            kind: "dashboards",
            icon: "external link",
            tooltip: "",
            url: "",
            tags: vec![tag.to_owned()],
            as_dropdown: false,
            target_blank: false,
            include_vars: true,
            keep_time: true,
        }
    }
}
