//! Types that setters accept besides the type of their field.

use std::time::Duration;

/// Converts to the number of seconds that a field holds: a number, or a [`Duration`], of which only whole seconds count.
///
/// A `Duration` that the field can't hold becomes the largest number.
///
/// ```
/// use std::time::Duration;
/// # use wecom_models::IntoSeconds;
///
/// let hour: u64 = Duration::from_secs(3600).into_seconds();
/// assert_eq!(hour, 3600_u64.into_seconds());
/// ```
pub trait IntoSeconds<T> {
    /// Converts to the number.
    fn into_seconds(self) -> T;
}

impl<T> IntoSeconds<T> for T {
    fn into_seconds(self) -> T {
        self
    }
}

impl IntoSeconds<u64> for Duration {
    fn into_seconds(self) -> u64 {
        self.as_secs()
    }
}

impl IntoSeconds<i64> for Duration {
    fn into_seconds(self) -> i64 {
        i64::try_from(self.as_secs()).unwrap_or(i64::MAX)
    }
}

/// Converts to the cursor of a page: a text, or an `Option` of one, where `None` is the first page.
///
/// ```
/// # use wecom_models::IntoCursor;
/// assert_eq!("next".into_cursor(), Some("next".to_owned()));
/// assert_eq!(None::<String>.into_cursor(), None);
/// ```
pub trait IntoCursor {
    /// Converts to the cursor.
    fn into_cursor(self) -> Option<String>;
}

impl<T: IntoCursor> IntoCursor for Option<T> {
    fn into_cursor(self) -> Option<String> {
        self.and_then(T::into_cursor)
    }
}

macro_rules! cursors {
    ($($type:ty),*) => {$(
        impl IntoCursor for $type {
            fn into_cursor(self) -> Option<String> {
                Some(self.into())
            }
        }
    )*};
}

cursors!(&str, &String, String);

/// As [`Option::clone`].
impl IntoCursor for &Option<String> {
    fn into_cursor(self) -> Option<String> {
        self.clone()
    }
}
