//! Charts as plain values in a plane of 1000 by `height`, drawn by `templates/chart.html`. Marks
//! stretch with the page while text keeps its size: the template puts shapes into a nested SVG
//! without an aspect ratio, and everything with a size of its own at percentages.

mod days;
mod duration;
mod marks;
mod outcomes;
mod scale;
mod spark;
mod waiting;

use std::fmt;

pub(super) use days::Days;
pub(super) use duration::duration;
pub(super) use outcomes::outcomes;
pub(super) use spark::{Spark, of_medians, spark};
pub(super) use waiting::waiting;

use scale::Scale;
pub(super) use scale::instants;

/// Width of the plane that shapes are drawn in.
const WIDTH: f64 = 1000.0;

/// One chart over the days of the report.
pub(super) struct Chart {
    /// Unique in the page.
    pub(super) id: String,
    pub(super) title: &'static str,
    /// What it shows, in a sentence, for those who do not see it.
    pub(super) summary: String,
    pub(super) height: u32,
    pub(super) grid: Vec<GridLine>,
    pub(super) ticks: Vec<DayTick>,
    pub(super) shapes: Vec<Shape>,
    pub(super) hits: Vec<Hit>,
    pub(super) dots: Vec<Dot>,
    pub(super) marks: Vec<Mark>,
    pub(super) keys: Vec<Key>,
}

/// A horizontal line with its value.
pub(super) struct GridLine {
    pub(super) y: Number,
    pub(super) label: String,
}

/// A day named below the chart; minor ones go where the page is narrow.
pub(super) struct DayTick {
    pub(super) x: Number,
    pub(super) label: String,
    pub(super) minor: bool,
}

/// A path in the plane, coloured by its class.
pub(super) struct Shape {
    pub(super) class: &'static str,
    pub(super) path: String,
}

/// A day to point at.
pub(super) struct Hit {
    pub(super) x: Number,
    pub(super) width: Number,
    pub(super) title: String,
}

/// One attempt; `clipped` ones are above the plane.
pub(super) struct Dot {
    pub(super) x: Number,
    pub(super) y: Number,
    pub(super) class: &'static str,
    pub(super) clipped: bool,
    pub(super) title: String,
}

/// Where a level moved.
pub(super) struct Mark {
    pub(super) x: Number,
    pub(super) class: &'static str,
    pub(super) label: String,
    pub(super) title: String,
}

/// An entry of the legend.
pub(super) struct Key {
    pub(super) class: &'static str,
    pub(super) label: &'static str,
}

impl Chart {
    /// An empty plane with its axes.
    fn new(id: String, title: &'static str, height: u32, days: &Days, scale: &Scale) -> Self {
        Self {
            id,
            title,
            summary: String::new(),
            height,
            grid: scale.grid(),
            ticks: days.ticks(),
            shapes: Vec::new(),
            hits: Vec::new(),
            dots: Vec::new(),
            marks: Vec::new(),
            keys: Vec::new(),
        }
    }

    fn shape(&mut self, class: &'static str, path: String) {
        if !path.is_empty() {
            self.shapes.push(Shape { class, path });
        }
    }

    fn key(&mut self, class: &'static str, label: &'static str) {
        self.keys.push(Key { class, label });
    }
}

/// A coordinate, written with one decimal at most: a tenth of a pixel is nobody's business.
#[derive(Clone, Copy)]
pub(super) struct Number(pub(super) f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:.1}", self.0);
        f.write_str(text.strip_suffix(".0").unwrap_or(&text))
    }
}

/// A bar from `bottom` to `top` in the slot of a day.
fn bar(days: &Days, index: u64, [bottom, top]: [f64; 2]) -> String {
    let (left, width) = days.bar(index);
    format!(
        "M{} {}h{}V{}h-{}z",
        Number(left),
        Number(bottom),
        Number(width),
        Number(top),
        Number(width)
    )
}
