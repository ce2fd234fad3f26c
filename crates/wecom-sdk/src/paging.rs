//! Follows the pages of an endpoint.

use std::fmt;
use std::str::FromStr;

use futures_core::Stream;
use futures_util::stream::try_unfold;
use serde_json::{Value, json};
use thiserror::Error as ThisError;
use wecom_requests::{Paged, PagedItems};

use crate::{Client, Credential, Error, FullResponse, Provides};

/// The pages of an endpoint: see [`Client::pages`].
pub struct Pages<E, C> {
    client: Client<C>,
    state: State<E>,
    guard: Guard,
}

/// Detects cursors that repeat in a cycle, of any length, by remembering one of them, which is replaced less and less
/// often (Brent's algorithm).
#[derive(Default)]
struct Guard {
    mark: Option<String>,
    steps: u64,
    limit: u64,
}

impl Guard {
    /// Returns whether a cursor has occurred before, as far as is remembered.
    fn is_circle(&mut self, cursor: &str) -> bool {
        if self.mark.as_deref() == Some(cursor) {
            return true;
        }
        if self.steps == self.limit {
            self.mark = Some(cursor.to_owned());
            self.limit = (self.limit * 2).max(1);
            self.steps = 0;
        }
        self.steps += 1;
        false
    }
}

enum State<E> {
    /// The request for the next page.
    Next(E),
    /// More pages should follow, but there is no cursor.
    Stuck(String),
    /// That was the last page.
    Done,
}

impl<E, C> Pages<E, C>
where
    E: Paged + Send + Sync,
    E::Response: Send,
    C: Credential + Provides<E::Token>,
{
    /// Returns the next page, or `None` after the last one.
    ///
    /// After an error, call it again to request the same page. A cursor that repeats is an error, reported after the
    /// page that contains it.
    pub async fn try_next(&mut self) -> Result<Option<E::Response>, Error> {
        Ok(self.try_next_with_body().await?.map(|page| page.value))
    }

    /// Returns the next page with the body it was decoded from: see [`Client::send_with_body`].
    pub async fn try_next_with_body(&mut self) -> Result<Option<FullResponse<E::Response>>, Error> {
        let request = match &mut self.state {
            State::Next(request) => request,
            State::Stuck(cursor) => {
                return Err(Error::RepeatedCursor { endpoint: E::META, cursor: cursor.clone() });
            }
            State::Done => return Ok(None),
        };
        let page = self.client.send_with_body(request).await?;
        match request.next_cursor(&page.value) {
            None => self.state = State::Done,
            Some(next) => {
                let here = request.cursor();
                request.set_cursor(next.clone());
                // An empty cursor, the first offset again, or a cursor that doesn't fit into the request leads nowhere
                // either.
                let taken = request.cursor().as_ref() == Some(&next);
                if !taken || here.as_ref() == Some(&next) || self.guard.is_circle(&next) {
                    self.state = State::Stuck(next);
                }
            }
        }
        Ok(Some(page))
    }

    /// Returns the pages as a stream, which ends with the first error.
    pub fn into_stream(self) -> impl Stream<Item = Result<E::Response, Error>> + Send + Unpin {
        Box::pin(try_unfold(self, async |mut pages| {
            let page = pages.try_next().await?;
            Ok(page.map(|page| (page, pages)))
        }))
    }
}

impl<E: Paged, C> Pages<E, C> {
    /// Returns the cursor of the next page; `None` for the first page and after the last one.
    ///
    /// Endpoints that return what is new since a cursor, such as `kf/sync_msg`, have one after the last page as well: store the `next_cursor` of each page, since
    /// without a cursor they begin with what is days old.
    pub fn cursor(&self) -> Option<String> {
        match &self.state {
            State::Next(request) => request.cursor(),
            State::Stuck(_) | State::Done => None,
        }
    }
}

impl<E, C> Pages<E, C> {
    pub(crate) fn new(client: Client<C>, request: E) -> Self {
        Self { client, state: State::Next(request), guard: Guard::default() }
    }
}

impl<E, C> fmt::Debug for Pages<E, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pages")
    }
}

/// The items on the pages of an endpoint: see [`Client::items`].
pub struct Items<E: PagedItems, C> {
    pages: Pages<E, C>,
    page: std::vec::IntoIter<E::Item>,
    position: Position,
    /// The number of items of the next page that have already been returned.
    skip: usize,
}

/// A position among items: the page, and the number of its items that were returned.
///
/// Store it as text, and pass it to [`Client::items_from`]:
///
/// ```
/// use wecom_sdk::Position;
///
/// # fn main() -> Result<(), wecom_sdk::InvalidPosition> {
/// # let position = Position::default();
/// let stored = position.to_string();
/// let restored: Position = stored.parse()?;
/// # assert_eq!(restored, position);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Position {
    /// The cursor of the page; `None` for the first one.
    pub cursor: Option<String>,
    /// The number of its items that have been returned.
    pub taken: usize,
}

/// Writes the text that [`FromStr`] reads: JSON, since a cursor may contain anything.
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&write_position(self.cursor.as_deref(), "taken", &self.taken.into()))
    }
}

impl FromStr for Position {
    type Err = InvalidPosition;

    fn from_str(text: &str) -> Result<Self, InvalidPosition> {
        let read = || {
            let (cursor, taken) = read_position(text, "taken")?;
            Some(Self { cursor, taken: usize::try_from(taken.as_u64()?).ok()? })
        };
        read().ok_or(InvalidPosition(()))
    }
}

/// A text isn't a [`Position`]: it must be one that [`Display`](fmt::Display) wrote. To begin with the first item, use
/// `Position::default()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
#[error(
    "not a position as `Position` writes it, {{\"cursor\":…,\"taken\":…}}: restore the stored text, or start over"
)]
pub struct InvalidPosition(());

/// Writes the cursor of a page and a place on that page as text.
pub(crate) fn write_position(cursor: Option<&str>, place: &str, value: &Value) -> String {
    json!({ "cursor": cursor, place: value }).to_string()
}

/// Reads what [`write_position`] wrote.
pub(crate) fn read_position(text: &str, place: &str) -> Option<(Option<String>, Value)> {
    let Ok(Value::Object(mut members)) = serde_json::from_str(text) else { return None };
    let cursor = match members.remove("cursor")? {
        Value::Null => None,
        Value::String(cursor) => Some(cursor),
        _ => return None,
    };
    Some((cursor, members.remove(place)?))
}

impl<E, C> Items<E, C>
where
    E: PagedItems + Send + Sync,
    E::Response: Send,
    E::Item: Send,
    C: Credential + Provides<E::Token>,
{
    /// Returns the next item, or `None` after the last one. After an error, call it again to request the same page.
    pub async fn try_next(&mut self) -> Result<Option<E::Item>, Error> {
        loop {
            if let Some(item) = self.page.next() {
                self.position.taken += 1;
                return Ok(Some(item));
            }
            let cursor = self.pages.cursor();
            let Some(page) = self.pages.try_next().await? else { return Ok(None) };
            let mut items = E::into_items(page);
            let taken = std::mem::take(&mut self.skip).min(items.len());
            items.drain(..taken);
            self.page = items.into_iter();
            self.position = Position { cursor, taken };
        }
    }

    /// Returns the items as a stream, which ends with the first error.
    pub fn into_stream(self) -> impl Stream<Item = Result<E::Item, Error>> + Send + Unpin {
        Box::pin(try_unfold(self, async |mut items| {
            let item = items.try_next().await?;
            Ok(item.map(|item| (item, items)))
        }))
    }
}

impl<E: PagedItems, C: Credential + Provides<E::Token>> Items<E, C> {
    pub(crate) fn from_position(client: &Client<C>, mut request: E, position: &Position) -> Self {
        if let Some(cursor) = &position.cursor {
            request.set_cursor(cursor.clone());
        }
        Self { skip: position.taken, position: position.clone(), ..Self::new(client.pages(request)) }
    }
}

impl<E: PagedItems, C> Items<E, C> {
    pub(crate) fn new(pages: Pages<E, C>) -> Self {
        let position = Position { cursor: pages.cursor(), taken: 0 };
        Self { pages, page: Vec::new().into_iter(), position, skip: 0 }
    }

    /// Returns the position of the next item, from which [`Client::items_from`] resumes, in another process if need be. After the last item,
    /// it resumes with items that were added to the last page since.
    ///
    /// ```
    /// # use wecom_mock::Server;
    /// # use wecom_sdk::{Client, contacts::user::ListUserId};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = Server::builder().pages(3).start().await?;
    /// # let client = Client::builder("corp id", "secret").base_url(server.base_url()).build()?;
    /// let mut members = client.items(ListUserId::new());
    /// let first = members.try_next().await?;
    /// let position = members.position();
    ///
    /// // Later:
    /// let mut rest = client.items_from(ListUserId::new(), &position);
    /// let second = rest.try_next().await?;
    /// # assert!(first.is_some() && second.is_some());
    /// # Ok(())
    /// # }
    /// ```
    pub fn position(&self) -> Position {
        self.position.clone()
    }
}

impl<E: PagedItems, C> fmt::Debug for Items<E, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Items")
    }
}

#[cfg(test)]
mod tests {
    use super::{Guard, Position};

    #[test]
    fn a_position_survives_as_text_whatever_its_cursor_contains() {
        let cursors = ["", "a", "3@b", "\"}", "{\"cursor\":null}", "line\nbreak\0", "游标|,😀\\"];
        let cursors = cursors.into_iter().map(|cursor| Some(cursor.to_owned())).chain([None]);
        for cursor in cursors {
            for taken in [0, 7, usize::MAX] {
                let position = Position { cursor: cursor.clone(), taken };
                assert_eq!(position.to_string().parse(), Ok(position));
            }
        }
    }

    #[test]
    fn another_text_is_no_position() {
        for text in [
            "",
            "null",
            "cursor",
            "{}",
            r#"{"cursor":"a"}"#,
            r#"{"taken":1}"#,
            r#"{"cursor":1,"taken":1}"#,
            r#"{"cursor":"a","taken":-1}"#,
            r#"{"cursor":"a","after":"b"}"#,
        ] {
            let error = text.parse::<Position>().expect_err(text);
            assert!(error.to_string().contains("start over"), "{error}");
        }
    }

    #[test]
    fn a_circle_of_any_length_is_noticed_and_a_long_way_is_not_one() {
        for length in [1, 2, 3, 7, 100] {
            let mut guard = Guard::default();
            let noticed =
                (0..10 * length + 10).position(|step| guard.is_circle(&format!("c{}", step % length)));
            assert!(noticed.is_some_and(|at| at <= 4 * length + 4), "{length}: {noticed:?}");
        }
        let mut guard = Guard::default();
        assert!((0..10_000).all(|step| !guard.is_circle(&format!("c{step}"))));
    }
}
