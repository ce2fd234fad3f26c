//! Controls of approval forms (审批), filled in: read by name.

use super::ValueError;
use crate::Timestamp;
use crate::oa::approval::{
    ApplyData, AttendanceValue, BankAccount, Content, ControlType, DateRangeValue, Department, FileValue,
    Language, LocalizedText, LocationValue, Member, PunchCorrection, RelatedApproval, SelectedOption,
    TableRow, VacationValue,
};

/// Whether a name is an ID or, in any language, a title.
pub(super) fn is_called(name: &str, id: &str, titles: &[LocalizedText]) -> bool {
    id == name || titles.iter().any(|title| title.text == name)
}

/// The controls that there are, for errors.
pub(super) fn names<'a>(controls: impl Iterator<Item = (&'a str, &'a [LocalizedText])>) -> String {
    let name = |(id, titles): (&'a str, &'a [LocalizedText])| {
        let title = titles.iter().find(|title| !title.text.is_empty());
        title.map_or_else(|| format!("`{id}`"), |title| format!("`{}` (`{id}`)", title.text))
    };
    let names: Vec<String> = controls.map(name).collect();
    if names.is_empty() { "no controls".to_owned() } else { names.join(", ") }
}

pub(super) const A_CONTROL: &str = "the title or ID of a control";

fn find<'a>(contents: &'a [Content], name: &str) -> Result<&'a Content, ValueError> {
    // An ID comes first: a title may be anything.
    let by_id = contents.iter().find(|content| content.id == name);
    by_id.or_else(|| contents.iter().find(|content| is_called(name, &content.id, &content.title))).ok_or_else(
        || {
            let known = names(contents.iter().map(|content| (content.id.as_str(), content.title.as_slice())));
            ValueError::new(name, A_CONTROL, known)
        },
    )
}

/// Returns the value of a control, if the control is of the right type.
fn holds<'a, T: ?Sized>(
    contents: &'a [Content],
    name: &str,
    (types, expected): (&[ControlType], &str),
    value: impl FnOnce(&'a Content) -> Option<&'a T>,
) -> Result<Option<&'a T>, ValueError> {
    let content = find(contents, name)?;
    let fits = match &content.control {
        // Of a type that isn't documented, whatever is there.
        ControlType::Other(_) => true,
        control => types.contains(control),
    };
    match value(content) {
        found if fits && (found.is_some() || types.contains(&content.control)) => Ok(found),
        _ => Err(ValueError::new(name, expected, format!("`{}`", content.control))),
    }
}

/// A list of a control, without items if it is empty.
fn list<'a, T>(
    contents: &'a [Content],
    name: &str,
    what: (&[ControlType], &str),
    value: impl FnOnce(&'a Content) -> Option<&'a Vec<T>>,
) -> Result<&'a [T], ValueError> {
    Ok(holds(contents, name, what, value)?.map_or(&[], Vec::as_slice))
}

const NUMBERS: (&[ControlType], &str) =
    (&[ControlType::Number, ControlType::Money, ControlType::Formula], "a number or an amount");
const CONTACTS: (&[ControlType], &str) = (&[ControlType::Contact], "members or departments");

/// Implements reading controls by name, for whatever has them.
macro_rules! read_controls {
    ($($type:ident: $contents:ident),*) => {$(
        /// Reads controls by their title, in any language, or by their ID.
        ///
        /// A control that wasn't filled in is `None`, or a list without items. It is an error if there is no such control, or if it is of
        /// another type.
        impl $type {
            /// Returns a control, with all it has.
            pub fn control(&self, name: &str) -> Result<&Content, ValueError> {
                find(&self.$contents, name)
            }

            /// Returns the text of a `Text` or `Textarea`.
            pub fn text(&self, name: &str) -> Result<Option<&str>, ValueError> {
                let what = (&[ControlType::Text, ControlType::Textarea][..], "text");
                Ok(holds(&self.$contents, name, what, |content| content.value.text.as_ref())?.map(String::as_str))
            }

            /// Returns a `Number`, the amount of a `Money` or the result of a `Formula`.
            pub fn number(&self, name: &str) -> Result<Option<f64>, ValueError> {
                let Some(digits) = self.decimal(name)? else { return Ok(None) };
                let number = digits.trim().parse().map_err(|_| ValueError::new(name, NUMBERS.1, "other text"))?;
                Ok(Some(number))
            }

            /// Returns the same as [`number`](Self::number), but as the exact digits that WeCom sent.
            pub fn decimal(&self, name: &str) -> Result<Option<&str>, ValueError> {
                let digits = holds(&self.$contents, name, NUMBERS, |Content { value, .. }| {
                    let formula = value.formula.as_ref().map(|formula| &formula.value);
                    value.new_number.as_ref().or(value.new_money.as_ref()).or(formula)
                })?;
                Ok(digits.map(String::as_str).filter(|digits| !digits.is_empty()))
            }

            /// Returns the time of a `Date`.
            pub fn date(&self, name: &str) -> Result<Option<Timestamp>, ValueError> {
                let time = holds(&self.$contents, name, (&[ControlType::Date], "a date"), |Content { value, .. }| {
                    value.date.as_ref().map(|date| &date.s_timestamp).or(value.s_timestamp.as_ref())
                })?;
                Ok(time.copied())
            }

            /// Returns the selected options of a `Selector`; [`SelectedOption::text`] is the text of one.
            pub fn options(&self, name: &str) -> Result<&[SelectedOption], ValueError> {
                list(&self.$contents, name, (&[ControlType::Selector], "options"), |content| {
                    content.value.selector.as_ref().map(|selection| &selection.options)
                })
            }

            /// Returns the members of a `Contact`.
            pub fn members(&self, name: &str) -> Result<&[Member], ValueError> {
                list(&self.$contents, name, CONTACTS, |content| content.value.members.as_ref())
            }

            /// Returns the departments of a `Contact`.
            pub fn departments(&self, name: &str) -> Result<&[Department], ValueError> {
                list(&self.$contents, name, CONTACTS, |content| content.value.departments.as_ref())
            }

            /// Returns the files of a `File`.
            pub fn files(&self, name: &str) -> Result<&[FileValue], ValueError> {
                list(&self.$contents, name, (&[ControlType::File], "files"), |content| content.value.files.as_ref())
            }

            /// Returns the rows of a `Table`, whose controls are read like those of a form.
            pub fn rows(&self, name: &str) -> Result<&[TableRow], ValueError> {
                list(&self.$contents, name, (&[ControlType::Table], "rows"), |content| content.value.children.as_ref())
            }

            /// Returns the requests that a `RelatedApproval` refers to.
            pub fn related_approvals(&self, name: &str) -> Result<&[RelatedApproval], ValueError> {
                list(&self.$contents, name, (&[ControlType::RelatedApproval], "approval requests"), |content| {
                    content.value.related_approval.as_ref()
                })
            }

            /// Returns the period of a `DateRange`.
            pub fn date_range(&self, name: &str) -> Result<Option<&DateRangeValue>, ValueError> {
                let what = (&[ControlType::DateRange][..], "a period");
                holds(&self.$contents, name, what, |content| content.value.date_range.as_ref())
            }

            /// Returns the leave of a `Vacation`.
            pub fn vacation(&self, name: &str) -> Result<Option<&VacationValue>, ValueError> {
                let what = (&[ControlType::Vacation][..], "leave");
                holds(&self.$contents, name, what, |content| content.value.vacation.as_ref())
            }

            /// Returns the business trip, off-site work or overtime of an `Attendance`.
            pub fn attendance(&self, name: &str) -> Result<Option<&AttendanceValue>, ValueError> {
                let what = (&[ControlType::Attendance][..], "a business trip, off-site work or overtime");
                holds(&self.$contents, name, what, |content| content.value.attendance.as_ref())
            }

            /// Returns the make-up check-in of a `PunchCorrection`.
            pub fn punch_correction(&self, name: &str) -> Result<Option<&PunchCorrection>, ValueError> {
                let what = (&[ControlType::PunchCorrection][..], "a make-up check-in");
                holds(&self.$contents, name, what, |content| content.value.punch_correction.as_ref())
            }

            /// Returns the place of a `Location`.
            pub fn location(&self, name: &str) -> Result<Option<&LocationValue>, ValueError> {
                let what = (&[ControlType::Location][..], "a location");
                holds(&self.$contents, name, what, |content| content.value.location.as_ref())
            }

            /// Returns the account of a `BankAccount`.
            pub fn bank_account(&self, name: &str) -> Result<Option<&BankAccount>, ValueError> {
                let what = (&[ControlType::BankAccount][..], "a bank account");
                holds(&self.$contents, name, what, |content| content.value.bank_account.as_ref())
            }
        }
    )*};
}

read_controls!(ApplyData: contents, TableRow: list);

impl SelectedOption {
    /// Returns the option's text in a language, or in another one if there is none.
    #[must_use]
    pub fn text(&self, language: &Language) -> &str {
        let wanted = self.value.iter().find(|text| text.lang == *language && !text.text.is_empty());
        let any = || self.value.iter().find(|text| !text.text.is_empty());
        wanted.or_else(any).map_or("", |text| text.text.as_str())
    }
}
