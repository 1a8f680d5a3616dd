use comfy_table::{Cell, CellAlignment, Row, Table as Aligned, presets::NOTHING};
use unicode_width::UnicodeWidthStr;

use crate::hostile;

/// A name is cut to no less than this; before that, columns go.
const LEAST_NAME: usize = 26;
/// Names are spelled out up to here before any width is measured.
const LONGEST_NAME: usize = 160;
const INDENT: usize = 2;
const GAP: u16 = 2;

/// A column: names give way to the rest by being cut, the others by going, least wanted first.
pub(crate) struct Column {
    head: &'static str,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Name,
    Number { wanted: u8 },
    Text { wanted: u8 },
}

impl Column {
    /// A column of names: cut to what room the others leave.
    pub(crate) fn name(head: &'static str) -> Self {
        Self { head, kind: Kind::Name }
    }

    /// A column of numbers, aligned right; the least `wanted` is the first to go.
    pub(crate) fn number(head: &'static str, wanted: u8) -> Self {
        Self { head, kind: Kind::Number { wanted } }
    }

    /// The same, aligned left.
    pub(crate) fn text(head: &'static str, wanted: u8) -> Self {
        Self { head, kind: Kind::Text { wanted } }
    }

    fn is_name(&self) -> bool {
        self.kind == Kind::Name
    }

    fn wanted(&self) -> u8 {
        match self.kind {
            Kind::Name => u8::MAX,
            Kind::Number { wanted } | Kind::Text { wanted } => wanted,
        }
    }

    fn alignment(&self) -> CellAlignment {
        match self.kind {
            Kind::Number { .. } => CellAlignment::Right,
            Kind::Name | Kind::Text { .. } => CellAlignment::Left,
        }
    }
}

/// Rows of cells, fitted to a width when written.
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(columns: Vec<Column>) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row, one cell per column; names may be hostile.
    pub(crate) fn row(&mut self, cells: Vec<String>) {
        let safe = |(column, cell): (&Column, String)| {
            if column.is_name() { hostile::terminal(&cell, LONGEST_NAME) } else { cell }
        };
        self.rows.push(self.columns.iter().zip(cells).map(safe).collect());
    }

    /// The table, indented, no line wider than `width`.
    pub(crate) fn fit(&self, width: usize) -> String {
        let room = self.room(&self.kept(width), width);
        let mut aligned = Aligned::new();
        aligned.load_style(NOTHING);
        aligned.set_header(self.cells(&room, self.columns.iter().map(|column| column.head)));
        for row in &self.rows {
            aligned.add_row(self.cells(&room, row.iter().map(String::as_str)));
        }
        for column in aligned.column_iter_mut() {
            column.set_padding((0, GAP));
        }
        let indented = |line: String| format!("{:INDENT$}{}", "", line.trim_end());
        aligned.lines().map(indented).collect::<Vec<_>>().join(
            "
",
        )
    }

    /// Which columns stay: the least wanted go until the rest fits, with room for the names.
    fn kept(&self, width: usize) -> Vec<bool> {
        let mut kept = vec![true; self.columns.len()];
        let mut order: Vec<(u8, usize)> =
            self.columns.iter().enumerate().map(|(at, column)| (column.wanted(), at)).collect();
        order.sort_unstable();
        for (wanted, at) in order {
            if wanted == u8::MAX || self.least(&kept) <= width {
                break;
            }
            if let Some(keep) = kept.get_mut(at) {
                *keep = false;
            }
        }
        kept
    }

    /// Width of the kept columns with the names cut as far as they may be.
    fn least(&self, kept: &[bool]) -> usize {
        let mut width = INDENT;
        for ((at, column), _) in self.columns.iter().enumerate().zip(kept).filter(|(_, k)| **k) {
            let content = self.content_width(at);
            width += usize::from(GAP);
            width += if column.is_name() { content.min(LEAST_NAME) } else { content };
        }
        width - usize::from(GAP)
    }

    /// Width of each column, 0 where it goes. Names share what the rest leaves, the short ones
    /// first, so that what they do not need goes to the long ones.
    fn room(&self, kept: &[bool], width: usize) -> Vec<usize> {
        let wanted = |at| {
            if kept.get(at) == Some(&true) { self.content_width(at) } else { 0 }
        };
        let mut room: Vec<usize> = (0..self.columns.len()).map(wanted).collect();
        let gaps = room.iter().filter(|room| **room > 0).count().saturating_sub(1);
        let mut left = width.saturating_sub(INDENT + gaps * usize::from(GAP));
        let mut names = Vec::new();
        for (column, room) in self.columns.iter().zip(&mut room) {
            if column.is_name() {
                names.push(room);
            } else {
                left = left.saturating_sub(*room);
            }
        }
        names.sort_unstable();
        let mut waiting = names.len();
        for name in names {
            *name = (*name).min(left / waiting.max(1));
            left -= *name;
            waiting -= 1;
        }
        room
    }

    fn content_width(&self, at: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.width());
        cells.chain(self.columns.get(at).map(|column| column.head.width())).max().unwrap_or(0)
    }

    fn cells<'a>(&self, room: &[usize], cells: impl Iterator<Item = &'a str>) -> Row {
        let kept = self.columns.iter().zip(room).zip(cells).filter(|((_, room), _)| **room > 0);
        let fitted = kept.map(|((column, room), cell)| {
            Cell::new_owned(shorten(cell, *room)).set_alignment(column.alignment())
        });
        Row::from(fitted.collect::<Vec<_>>())
    }
}

/// A bar may be empty, where a name would have to be called nameless.
fn shorten(cell: &str, room: usize) -> String {
    if cell.is_empty() { String::new() } else { hostile::terminal(cell, room) }
}
