//! Endpoints whose response comes in pages.

use crate::Endpoint;

/// A request for one page of several.
pub trait Paged: Endpoint {
    /// Returns the cursor that this request starts from; `None` for the first page. A number, such as an offset, is returned as text.
    fn cursor(&self) -> Option<String>;

    /// Turns this into a request for the page that starts at a cursor.
    fn set_cursor(&mut self, cursor: String);

    /// Returns the cursor of the page after `page`; `None` after the last one.
    ///
    /// If a page says that more follows but has no cursor, this is an empty string: there is no way to continue, and stopping
    /// silently would lose the rest. Likewise, an offset doesn't advance past an empty page that promises more.
    fn next_cursor(&self, page: &Self::Response) -> Option<String>;
}

/// A request for one page of several, where each page is one list of items.
pub trait PagedItems: Paged {
    /// The type of an item.
    type Item;

    /// Returns the items of a page.
    fn into_items(page: Self::Response) -> Vec<Self::Item>;
}

#[allow(unused_imports, reason = "not every family has pages")]
pub(crate) use follow::*;

/// The building blocks of the generated impls.
#[allow(dead_code, reason = "not every family has pages, or pages of every kind")]
mod follow {
    /// The type of a field that says where a page starts.
    pub(crate) trait Cursor: Sized {
        /// Converts to text, unless it means the first page, or none.
        fn to_text(&self) -> Option<String>;

        /// Converts from text; `None` if that isn't a cursor of this endpoint.
        fn from_text(text: String) -> Option<Self>;
    }

    impl Cursor for String {
        fn to_text(&self) -> Option<String> {
            Some(self.clone()).filter(|text| !text.is_empty())
        }

        fn from_text(text: String) -> Option<Self> {
            Some(text)
        }
    }

    macro_rules! numbers {
        ($($number:ty)*) => {$(
            impl Cursor for $number {
                fn to_text(&self) -> Option<String> {
                    (*self != 0).then(|| self.to_string())
                }

                fn from_text(text: String) -> Option<Self> {
                    text.parse().ok()
                }
            }
        )*};
    }

    numbers! { i64 u64 }

    /// The way in which a page indicates whether more follows.
    #[derive(Clone, Copy)]
    pub(crate) enum Continuation {
        Unsaid,
        Follows(bool),
        Total(u64),
    }

    impl Continuation {
        pub(crate) fn more(more: Option<&bool>) -> Self {
            more.map_or(Self::Unsaid, |more| Self::Follows(*more))
        }

        pub(crate) fn end(end: Option<&bool>) -> Self {
            end.map_or(Self::Unsaid, |end| Self::Follows(!end))
        }

        pub(crate) fn total(total: Option<&(impl Copy + TryInto<u64>)>) -> Self {
            count(total).map_or(Self::Unsaid, Self::Total)
        }

        /// Returns whether a page follows that would start at this number.
        fn follows(self, next: u64) -> Option<bool> {
            match self {
                Self::Unsaid => None,
                Self::Follows(more) => Some(more),
                Self::Total(total) => Some(next < total),
            }
        }
    }

    fn count(number: Option<&(impl Copy + TryInto<u64>)>) -> Option<u64> {
        number.and_then(|number| (*number).try_into().ok())
    }

    pub(crate) fn cursor(start: Option<&impl Cursor>) -> Option<String> {
        start.and_then(Cursor::to_text)
    }

    pub(crate) fn start<C: Cursor>(cursor: String) -> Option<C> {
        C::from_text(cursor)
    }

    /// Returns the next cursor, by the contents of a page.
    pub(crate) fn next_cursor(next: Option<&impl Cursor>, rest: Continuation) -> Option<String> {
        let next = cursor(next).unwrap_or_default();
        let follows = rest.follows(next.parse().unwrap_or_default());
        follows.unwrap_or(!next.is_empty()).then_some(next)
    }

    /// Returns the next offset if a page doesn't state it. The list ends where a page says so; otherwise at a page
    /// with fewer items than requested, or none.
    pub(crate) fn next_offset<T>(
        offset: Option<&(impl Copy + TryInto<u64>)>,
        limit: Option<&(impl Copy + TryInto<u64>)>,
        items: Option<&Vec<T>>,
        rest: Continuation,
    ) -> Option<String> {
        let items = items.map_or(0, Vec::len) as u64;
        let next = count(offset).unwrap_or_default().saturating_add(items);
        let full = items > 0 && count(limit).is_none_or(|limit| items >= limit);
        rest.follows(next).unwrap_or(full).then(|| next.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::{Continuation, cursor, next_cursor, next_offset, start};

    const NO_LIMIT: Option<&u64> = None;

    #[expect(clippy::unnecessary_wraps, reason = "it is what cursors are compared with")]
    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn an_offset_moves_on_by_the_items_of_a_page() {
        let next = |offset: Option<&u64>, items: &[u8]| {
            next_offset(offset, NO_LIMIT, Some(&items.to_vec()), Continuation::Unsaid)
        };
        assert_eq!(next(None, &[1, 2]), text("2"));
        assert_eq!(next(Some(&2), &[3]), text("3"));
        assert_eq!(next(Some(&3), &[]), None, "an empty page is the last one");
        assert_eq!(next(Some(&u64::from(u32::MAX)), &[1]), text("4294967296"), "nothing is cut off");
        assert_eq!(
            next_offset::<u8>(Some(&u64::MAX), NO_LIMIT, Some(&vec![1]), Continuation::Unsaid),
            text(&u64::MAX.to_string())
        );
        assert_eq!(
            next_offset::<u8>(Some(&7), NO_LIMIT, None, Continuation::Unsaid),
            None,
            "so is one without a list"
        );
    }

    #[test]
    fn a_page_with_fewer_items_than_were_asked_for_is_the_last_one() {
        let next = |limit: Option<&i64>| {
            next_offset(Some(&10_i64), limit, Some(&vec!["a", "b"]), Continuation::Unsaid)
        };
        assert_eq!(next(Some(&1)), text("12"), "more than were asked for");
        assert_eq!(next(Some(&2)), text("12"));
        assert_eq!(next(Some(&3)), None);
        for no_limit in [None, Some(&0), Some(&-1)] {
            assert_eq!(next(no_limit), text("12"));
        }
    }

    #[test]
    fn what_a_page_says_counts_for_more_than_its_length() {
        let next = |items: usize, rest| next_offset(Some(&4_u64), Some(&2_u64), Some(&vec![(); items]), rest);
        assert_eq!(next(1, Continuation::more(Some(&true))), text("5"));
        assert_eq!(next(2, Continuation::more(Some(&false))), None);
        assert_eq!(next(1, Continuation::end(Some(&false))), text("5"));
        assert_eq!(next(2, Continuation::end(Some(&true))), None);
        assert_eq!(next(1, Continuation::total(Some(&6_u64))), text("5"));
        assert_eq!(next(2, Continuation::total(Some(&6_i64))), None);
        assert_eq!(next(0, Continuation::more(Some(&true))), text("4"), "it stands still, which is noticed");
        for unsaid in [
            Continuation::more(None),
            Continuation::end(None),
            Continuation::total(None::<&u64>),
            Continuation::total(Some(&-1_i64)),
        ] {
            assert_eq!(next(1, unsaid), None);
        }
    }

    #[test]
    fn a_cursor_ends_where_it_is_empty_or_the_page_says_so() {
        let next = |cursor: &str, rest| next_cursor(Some(&cursor.to_owned()), rest);
        assert_eq!(next("c", Continuation::Unsaid), text("c"));
        assert_eq!(next("", Continuation::Unsaid), None);
        assert_eq!(next("c", Continuation::end(Some(&true))), None);
        assert_eq!(next("0", Continuation::end(Some(&false))), text("0"), "text may look like a number");
        assert_eq!(
            next("", Continuation::end(Some(&false))),
            text(""),
            "more follows, and nobody knows where"
        );
        assert_eq!(next_cursor(None::<&String>, Continuation::Unsaid), None);
    }

    #[test]
    fn a_numeric_cursor_ends_at_0_or_at_the_total() {
        let next = |cursor: u64, rest| next_cursor(Some(&cursor), rest);
        assert_eq!(next(3, Continuation::Unsaid), text("3"));
        assert_eq!(next(0, Continuation::Unsaid), None);
        assert_eq!(next(2, Continuation::total(Some(&3))), text("2"));
        assert_eq!(next(3, Continuation::total(Some(&3))), None);
        assert_eq!(next(0, Continuation::total(Some(&0))), None);
        assert_eq!(
            next(0, Continuation::total(Some(&3))),
            text(""),
            "there are items, and nobody knows where"
        );
    }

    #[test]
    fn a_stored_cursor_is_text_whatever_its_type() {
        assert_eq!(cursor(Some(&40_u64)), text("40"));
        assert_eq!(start("40".to_owned()), Some(40_u64));
        assert_eq!(start("c".to_owned()), text("c"));
        assert_eq!(cursor(Some(&0_i64)), None, "the first page has no cursor");
        assert_eq!(cursor(Some(&String::new())), None);
        assert_eq!(start::<u64>("c".to_owned()), None, "that is none of this endpoint's cursors");
        assert_eq!(start::<u64>("18446744073709551616".to_owned()), None);
    }
}
