//! Endpoints whose answer comes in pages.

use crate::Endpoint;

/// A request for one page of several.
pub trait Paged: Endpoint {
    /// What the pages are made of.
    type Item;

    /// The cursor this request starts from, as text where it is a number; `None` for the first page.
    fn cursor(&self) -> Option<String>;

    /// Makes this a request for the page that starts at a cursor.
    fn set_cursor(&mut self, cursor: String);

    /// The cursor of the page that follows; `None` after the last one.
    ///
    /// Where a page says that more follows and gives no cursor, this is an empty string: nobody can go on from
    /// there, and stopping silently would lose the rest.
    fn next_cursor(page: &Self::Response) -> Option<String>;

    /// The items of a page.
    fn into_items(page: Self::Response) -> Vec<Self::Item>;
}

/// The cursor that follows, from what a page says of it.
#[allow(dead_code, reason = "not every family has pages")]
pub(crate) fn next_cursor(cursor: Option<String>, more: Option<bool>) -> Option<String> {
    let cursor = cursor.unwrap_or_default();
    match more {
        Some(false) => None,
        Some(true) => Some(cursor),
        None => Some(cursor).filter(|cursor| !cursor.is_empty()),
    }
}
