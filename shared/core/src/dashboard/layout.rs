//! From tiles to panels, each in its place.

use super::panel::{
    Bars, Color, Defaults, Dial, Drawn, FieldConfig, Graph, Grid, Legend, Number, Options, Panel,
    Reduce, Stacking, Step, Target, Thresholds, Tooltip,
};
use super::tile::{Figure, Figures, Row, Show, Tile, Unit};

/// Columns of Grafana's grid.
const COLUMNS: u32 = 24;

/// The last value that there is.
const LAST: Reduce = Reduce { calcs: ["lastNotNull"] };

/// All values together.
const SUM: Reduce = Reduce { calcs: ["sum"] };

/// The panels of rows. Tiles that the source has no figures for leave their room to their
/// neighbours, and rows without any to the rows below.
pub(super) fn placed(source: &impl Figures, rows: Vec<Row>) -> Vec<Panel> {
    let (mut panels, mut y, mut id) = (Vec::new(), 0, 0);
    for row in rows {
        let asked = row.tiles.into_iter().map(|tile| (targets(source, &tile), tile));
        let tiles: Vec<_> = asked.filter(|(targets, _)| !targets.is_empty()).collect();
        if tiles.is_empty() {
            continue;
        }
        for ((x, w), (targets, tile)) in columns(tiles.len()).zip(tiles) {
            id += 1;
            let grid = Grid { h: row.height, w, x, y };
            panels.push(panel(source, id, grid, &tile, targets));
        }
        y += row.height;
    }
    panels
}

fn targets(source: &impl Figures, tile: &Tile) -> Vec<Target> {
    let figures = tile.figures.iter().zip(0..);
    figures.flat_map(|(figure, nth)| source.ask(*figure, tile.scope, nth)).collect()
}

/// Where each of some tiles begins, and how wide it is: together they fill the grid.
fn columns(tiles: usize) -> impl Iterator<Item = (u32, u32)> {
    let tiles = u32::try_from(tiles).unwrap_or(COLUMNS);
    let edge = move |nth: u32| COLUMNS * nth / tiles;
    (0..tiles).map(move |nth| (edge(nth), edge(nth + 1) - edge(nth)))
}

fn panel(
    source: &impl Figures,
    id: u32,
    grid_pos: Grid,
    tile: &Tile,
    targets: Vec<Target>,
) -> Panel {
    let (kind, options) = options(tile);
    Panel {
        id,
        kind,
        title: tile.title,
        description: tile.about,
        datasource: source.datasource(),
        grid_pos,
        interval: "1h",
        targets,
        field_config: FieldConfig { defaults: defaults(tile), overrides: [] },
        options,
    }
}

fn defaults(tile: &Tile) -> Defaults {
    let is_graph = matches!(tile.show, Show::Lines | Show::Columns);
    let (unit, max) = match tile.unit {
        Unit::Seconds => ("s", None),
        Unit::Count => ("short", None),
        Unit::Percent => ("percent", (tile.show == Show::Dial).then_some(100.0)),
        Unit::Share => ("percentunit", Some(1.0)),
    };
    Defaults {
        unit,
        min: max.is_some().then_some(0.0),
        max,
        color: Color { mode: if is_graph { "palette-classic" } else { "thresholds" } },
        thresholds: thresholds(tile),
        custom: is_graph.then(|| drawn(tile.show)),
    }
}

fn thresholds(tile: &Tile) -> Thresholds {
    let mut steps = Vec::new();
    if tile.limits.first().is_none_or(|first| first.value.is_some()) {
        // Where nothing is good or bad, a colour that says neither.
        let color = if tile.limits.is_empty() { "blue" } else { "green" };
        steps.push(Step { value: None, color });
    }
    steps.extend(&tile.limits);
    Thresholds { mode: "absolute", steps }
}

fn drawn(show: Show) -> Drawn {
    let columns = show == Show::Columns;
    Drawn {
        draw_style: if columns { "bars" } else { "line" },
        line_width: 1,
        fill_opacity: if columns { 60 } else { 0 },
        show_points: "auto",
        span_nulls: !columns,
        axis_soft_min: 0,
        stacking: Stacking { mode: if columns { "normal" } else { "none" }, group: "A" },
    }
}

fn options(tile: &Tile) -> (&'static str, Options) {
    match tile.show {
        Show::Lines | Show::Columns => ("timeseries", Options::Graph(graph())),
        Show::Number => ("stat", Options::Number(number())),
        Show::Dial => ("gauge", Options::Dial(dial())),
        Show::Ranking => ("bargauge", Options::Bars(bars(reduced(tile)))),
    }
}

fn legend() -> Legend {
    Legend { display_mode: "list", placement: "bottom", show_legend: true, calcs: Vec::new() }
}

fn graph() -> Graph {
    Graph { legend: legend(), tooltip: Tooltip { mode: "multi", sort: "desc" } }
}

const fn number() -> Number {
    Number {
        graph_mode: "none",
        color_mode: "value",
        justify_mode: "auto",
        text_mode: "value",
        wide_layout: true,
        show_percent_change: false,
        percent_change_color_mode: "standard",
        reduce_options: LAST,
        orientation: "auto",
    }
}

const fn dial() -> Dial {
    Dial {
        show_threshold_labels: false,
        show_threshold_markers: true,
        sizing: "auto",
        min_viz_width: 75,
        min_viz_height: 75,
        reduce_options: LAST,
        orientation: "auto",
    }
}

/// What one bar shows of a series.
fn reduced(tile: &Tile) -> Reduce {
    match tile.figures.as_slice() {
        // CloudWatch answers period by period; the one value of Prometheus is its own sum.
        [Figure::SumOfAll(_)] => SUM,
        _ => LAST,
    }
}

fn bars(reduce_options: Reduce) -> Bars {
    Bars {
        display_mode: "basic",
        value_mode: "color",
        name_placement: "auto",
        show_unfilled: true,
        sizing: "auto",
        min_viz_width: 8,
        min_viz_height: 16,
        max_viz_height: 300,
        legend: legend(),
        reduce_options,
        orientation: "horizontal",
    }
}
