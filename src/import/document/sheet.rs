//! Spreadsheets: a row is a line, its cells divided by tabs.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx, XlsxError};

use super::DocumentError;

/// More rows are a table of data, not a procedure.
const ROWS_MAX: usize = 4_000;

/// The text of a spreadsheet, its sheets one after the other.
pub fn text(bytes: &[u8]) -> Result<String, DocumentError> {
    let unreadable = |error: XlsxError| match error {
        XlsxError::Password => DocumentError::Locked,
        error => DocumentError::Unreadable {
            kind: "a spreadsheet",
            cause: error.to_string(),
        },
    };
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let mut text = String::new();
    for name in book.sheet_names() {
        let range = book.worksheet_range(&name).map_err(unreadable)?;
        let rows: Vec<String> = range.rows().take(ROWS_MAX).map(row).collect();
        if rows.iter().all(|row| row.trim().is_empty()) {
            continue;
        }
        // The first sheet begins with the title.
        if !text.is_empty() {
            text += &format!("\n# {name}\n");
        }
        text += &rows.join("\n");
        text.push('\n');
    }
    Ok(text)
}

/// A number before the words is a point's, and words alone are lines of their own.
fn row(cells: &[Data]) -> String {
    let cells: Vec<String> = cells
        .iter()
        .map(|cell| cell.to_string().trim().to_owned())
        .collect();
    let cells: Vec<&str> = cells
        .iter()
        .map(String::as_str)
        .filter(|cell| !cell.is_empty())
        .collect();
    let in_one_line = |cells: &[&str]| cells.join("\t").replace(['\r', '\n'], " ");
    match cells.as_slice() {
        [only] => (*only).to_owned(),
        [number, rest @ ..] if !rest.is_empty() && number.parse::<u8>().is_ok() => {
            format!("{number}. {}", in_one_line(rest))
        }
        cells => in_one_line(cells),
    }
}
