//! A panel in Grafana's form.

use std::collections::BTreeMap;

use serde::Serialize;

use super::json::Ref;

/// A panel.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Panel {
    pub(super) id: u32,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) title: &'static str,
    pub(super) description: &'static str,
    pub(super) datasource: Ref,
    pub(super) grid_pos: Grid,
    /// The shortest step of a graph.
    pub(super) interval: &'static str,
    pub(super) targets: Vec<Target>,
    pub(super) field_config: FieldConfig,
    pub(super) options: Options,
}

/// Its place on the grid of 24 columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Grid {
    pub(super) h: u32,
    pub(super) w: u32,
    pub(super) x: u32,
    pub(super) y: u32,
}

/// What a data source is asked for.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum Target {
    CloudWatch(MetricQuery),
    Prometheus(PromQuery),
}

/// A question to `CloudWatch`: a metric, or arithmetic over the answers to others.
#[expect(clippy::struct_field_names, reason = "they are Grafana's")]
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MetricQuery {
    pub(super) ref_id: String,
    pub(super) id: String,
    pub(super) hide: bool,
    pub(super) query_mode: &'static str,
    pub(super) metric_query_type: u8,
    /// 0: a metric; 1: an expression.
    pub(super) metric_editor_mode: u8,
    pub(super) region: &'static str,
    pub(super) namespace: String,
    pub(super) metric_name: &'static str,
    pub(super) dimensions: BTreeMap<&'static str, &'static str>,
    pub(super) match_exact: bool,
    pub(super) statistic: String,
    /// Empty: as the width of the graph asks for.
    pub(super) period: &'static str,
    pub(super) expression: String,
    pub(super) label: String,
}

/// A question to Prometheus.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PromQuery {
    pub(super) ref_id: String,
    pub(super) expr: String,
    pub(super) legend_format: String,
    pub(super) editor_mode: &'static str,
    /// One value, as of the end of the time range.
    pub(super) instant: bool,
    pub(super) range: bool,
}

/// How values are shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct FieldConfig {
    pub(super) defaults: Defaults,
    pub(super) overrides: [(); 0],
}

/// How values of all series are shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Defaults {
    pub(super) unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) min: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max: Option<f64>,
    pub(super) color: Color,
    pub(super) thresholds: Thresholds,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) custom: Option<Drawn>,
}

/// What colours a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Color {
    pub(super) mode: &'static str,
}

/// Where a value changes its colour.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Thresholds {
    pub(super) mode: &'static str,
    pub(super) steps: Vec<Step>,
}

/// The colour from a value on; none for all below the others.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Step {
    pub(super) value: Option<f64>,
    pub(super) color: &'static str,
}

/// How a series is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Drawn {
    pub(super) draw_style: &'static str,
    pub(super) line_width: u8,
    pub(super) fill_opacity: u8,
    pub(super) show_points: &'static str,
    /// Hours without a run are no gap.
    pub(super) span_nulls: bool,
    pub(super) axis_soft_min: u8,
    pub(super) stacking: Stacking,
}

/// Whether series stand on each other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Stacking {
    pub(super) mode: &'static str,
    pub(super) group: &'static str,
}

/// What only one sort of panel knows.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum Options {
    Graph(Graph),
    Number(Number),
    Dial(Dial),
    Bars(Bars),
}

/// `timeseries`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Graph {
    pub(super) legend: Legend,
    pub(super) tooltip: Tooltip,
}

/// `stat`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Number {
    pub(super) graph_mode: &'static str,
    pub(super) color_mode: &'static str,
    pub(super) justify_mode: &'static str,
    pub(super) text_mode: &'static str,
    pub(super) wide_layout: bool,
    pub(super) show_percent_change: bool,
    pub(super) percent_change_color_mode: &'static str,
    pub(super) reduce_options: Reduce,
    pub(super) orientation: &'static str,
}

/// `gauge`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dial {
    pub(super) show_threshold_labels: bool,
    pub(super) show_threshold_markers: bool,
    pub(super) sizing: &'static str,
    pub(super) min_viz_width: u32,
    pub(super) min_viz_height: u32,
    pub(super) reduce_options: Reduce,
    pub(super) orientation: &'static str,
}

/// `bargauge`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Bars {
    pub(super) display_mode: &'static str,
    pub(super) value_mode: &'static str,
    pub(super) name_placement: &'static str,
    pub(super) show_unfilled: bool,
    pub(super) sizing: &'static str,
    pub(super) min_viz_width: u32,
    pub(super) min_viz_height: u32,
    pub(super) max_viz_height: u32,
    pub(super) legend: Legend,
    pub(super) reduce_options: Reduce,
    pub(super) orientation: &'static str,
}

/// Which value of a series is shown where there is room for one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Reduce {
    pub(super) calcs: [&'static str; 1],
}

/// What tells series apart.
#[expect(clippy::struct_field_names, reason = "they are Grafana's")]
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Legend {
    pub(super) display_mode: &'static str,
    pub(super) placement: &'static str,
    pub(super) show_legend: bool,
    pub(super) calcs: Vec<&'static str>,
}

/// What is shown under the mouse.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Tooltip {
    pub(super) mode: &'static str,
    pub(super) sort: &'static str,
}
