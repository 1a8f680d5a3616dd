//! Tables as they are printed.

use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};

/// Prints a title and a table whose first column is a name and whose others are numbers.
pub(crate) fn print(title: &str, header: &[&str], rows: Vec<Vec<String>>) {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header(header);
    table.add_rows(rows);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println!("\n{title}\n\n{table}");
}

/// A share as per cent.
pub(crate) fn per_cent(share: f64) -> String {
    format!("{:.1}", share * 100.0)
}
