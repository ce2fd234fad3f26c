//! Controls of approval forms (审批) and of reports (汇报), filled in: read by name.

use std::fmt::Display;

use super::ValueError;
use crate::Timestamp;
use crate::oa::{approval, journal};

/// A control that was filled in.
trait Control {
    type Type: PartialEq + Display;

    fn id(&self) -> &str;
    fn titles(&self) -> Vec<&str>;
    /// Its type, and whether that is documented.
    fn of_type(&self) -> (&Self::Type, bool);
}

/// Implements [`Control`] for the controls of a module.
macro_rules! control {
    ($module:ident) => {
        impl Control for $module::Content {
            type Type = $module::ControlType;

            fn id(&self) -> &str {
                &self.id
            }

            fn titles(&self) -> Vec<&str> {
                self.title.iter().map(|title| title.text.as_str()).collect()
            }

            fn of_type(&self) -> (&Self::Type, bool) {
                (&self.control, !matches!(self.control, $module::ControlType::Other(_)))
            }
        }
    };
}

control!(approval);
control!(journal);

/// The texts of a title, in all languages.
pub(super) fn texts(title: &[approval::LocalizedText]) -> Vec<&str> {
    title.iter().map(|text| text.text.as_str()).collect()
}

/// Whether a name is an ID or, in any language, a title.
pub(super) fn is_called(name: &str, id: &str, titles: &[&str]) -> bool {
    id == name || titles.contains(&name)
}

/// Lists the existing controls, for errors.
pub(super) fn names<'a>(controls: impl Iterator<Item = (&'a str, Vec<&'a str>)>) -> String {
    let name = |(id, titles): (&'a str, Vec<&'a str>)| {
        let title = titles.into_iter().find(|title| !title.is_empty());
        title.map_or_else(|| format!("`{id}`"), |title| format!("`{title}` (`{id}`)"))
    };
    let names: Vec<String> = controls.map(name).collect();
    if names.is_empty() { "no controls".to_owned() } else { names.join(", ") }
}

pub(super) const A_CONTROL: &str = "the title or ID of a control";

/// The error's description of text that should be a number.
pub(super) const OTHER_TEXT: &str = "other text";

fn find<'a, C: Control>(contents: &'a [C], name: &str) -> Result<&'a C, ValueError> {
    // An ID comes first: a title may be anything.
    let by_id = contents.iter().find(|content| content.id() == name);
    by_id
        .or_else(|| contents.iter().find(|content| is_called(name, content.id(), &content.titles())))
        .ok_or_else(|| {
            let known = names(contents.iter().map(|content| (content.id(), content.titles())));
            ValueError::new(name, A_CONTROL, known)
        })
}

/// Returns the value of a control, if the control is of the right type.
fn holds<'a, C: Control, T: ?Sized>(
    contents: &'a [C],
    name: &str,
    (types, expected): (&[C::Type], &str),
    value: impl FnOnce(&'a C) -> Option<&'a T>,
) -> Result<Option<&'a T>, ValueError> {
    let content = find(contents, name)?;
    let (of_type, documented) = content.of_type();
    match value(content) {
        found if types.contains(of_type) => Ok(found),
        // Of a type that isn't documented, whatever is there.
        Some(found) if !documented => Ok(Some(found)),
        _ => Err(ValueError::new(name, expected, format!("`{of_type}`"))),
    }
}

/// A list of a control, without items if it is empty.
fn list<'a, C: Control, T>(
    contents: &'a [C],
    name: &str,
    what: (&[C::Type], &str),
    value: impl FnOnce(&'a C) -> Option<&'a Vec<T>>,
) -> Result<&'a [T], ValueError> {
    Ok(holds(contents, name, what, value)?.map_or(&[], Vec::as_slice))
}

const NUMBERS: &str = "a number or an amount";
const CONTACTS: &str = "members or departments";

/// Implements reading controls by name for a module's types: the part that approvals and reports have in common.
/// `$person` is a member.
macro_rules! read_controls {
    ($module:ident, $person:ident, $($type:ident: $contents:ident),*) => {$(
        /// Reads controls by their title, in any language, or by their ID.
        ///
        /// A control that wasn't filled in is `None`, or a list without items. It is an error if there is no such control, or if it
        /// is of another type.
        impl $module::$type {
            /// Returns a whole control.
            pub fn control(&self, name: &str) -> Result<&$module::Content, ValueError> {
                find(&self.$contents, name)
            }

            /// Returns the text of a `Text` or a `Textarea`.
            pub fn text(&self, name: &str) -> Result<Option<&str>, ValueError> {
                let what = (&[$module::ControlType::Text, $module::ControlType::Textarea][..], "text");
                Ok(holds(&self.$contents, name, what, |content| content.value.text.as_ref())?.map(String::as_str))
            }

            /// Returns a `Number`, the amount of a `Money` or the result of a `Formula`.
            pub fn number(&self, name: &str) -> Result<Option<f64>, ValueError> {
                let Some(digits) = self.decimal(name)? else { return Ok(None) };
                let number = digits.trim().parse().map_err(|_| ValueError::new(name, NUMBERS, OTHER_TEXT))?;
                Ok(Some(number))
            }

            /// Returns the same as [`number`](Self::number), but as the exact digits that WeCom sent.
            pub fn decimal(&self, name: &str) -> Result<Option<&str>, ValueError> {
                use $module::ControlType as C;
                let what = (&[C::Number, C::Money, C::Formula][..], NUMBERS);
                let digits = holds(&self.$contents, name, what, |content| {
                    let value = &content.value;
                    let formula = value.formula.as_ref().map(|formula| &formula.value);
                    value.new_number.as_ref().or(value.new_money.as_ref()).or(formula)
                })?;
                Ok(digits.map(String::as_str).filter(|digits| !digits.is_empty()))
            }

            /// Returns the selected options of a `Selector`; `text` is the text of one.
            pub fn options(&self, name: &str) -> Result<&[$module::SelectedOption], ValueError> {
                list(&self.$contents, name, (&[$module::ControlType::Selector], "options"), |content| {
                    content.value.selector.as_ref().map(|selection| &selection.options)
                })
            }

            /// Returns the members of a `Contact`.
            pub fn members(&self, name: &str) -> Result<&[$module::$person], ValueError> {
                let what = (&[$module::ControlType::Contact][..], CONTACTS);
                list(&self.$contents, name, what, |content| content.value.members.as_ref())
            }

            /// Returns the departments of a `Contact`.
            pub fn departments(&self, name: &str) -> Result<&[$module::Department], ValueError> {
                let what = (&[$module::ControlType::Contact][..], CONTACTS);
                list(&self.$contents, name, what, |content| content.value.departments.as_ref())
            }

            /// Returns the files of a `File`.
            pub fn files(&self, name: &str) -> Result<&[$module::FileValue], ValueError> {
                let what = (&[$module::ControlType::File][..], "files");
                list(&self.$contents, name, what, |content| content.value.files.as_ref())
            }

            /// Returns the rows of a `Table`, whose controls are read like those of a form.
            pub fn rows(&self, name: &str) -> Result<&[$module::TableRow], ValueError> {
                let what = (&[$module::ControlType::Table][..], "rows");
                list(&self.$contents, name, what, |content| content.value.children.as_ref())
            }

            /// Returns the period of a `DateRange`.
            pub fn date_range(&self, name: &str) -> Result<Option<&$module::DateRangeValue>, ValueError> {
                let what = (&[$module::ControlType::DateRange][..], "a period");
                holds(&self.$contents, name, what, |content| content.value.date_range.as_ref())
            }

            /// Returns the place of a `Location`.
            pub fn location(&self, name: &str) -> Result<Option<&$module::LocationValue>, ValueError> {
                let what = (&[$module::ControlType::Location][..], "a location");
                holds(&self.$contents, name, what, |content| content.value.location.as_ref())
            }
        }
    )*};
}

/// Implements reading the controls that only approvals have.
macro_rules! read_approvals {
    ($($type:ident: $contents:ident),*) => {$(
        impl approval::$type {
            /// Returns the time of a `Date`.
            pub fn date(&self, name: &str) -> Result<Option<Timestamp>, ValueError> {
                let what = (&[approval::ControlType::Date][..], "a date");
                let time = holds(&self.$contents, name, what, |content| {
                    let date = content.value.date.as_ref().map(|date| &date.s_timestamp);
                    date.or(content.value.s_timestamp.as_ref())
                })?;
                Ok(time.copied())
            }

            /// Returns the requests that a `RelatedApproval` refers to.
            pub fn related_approvals(&self, name: &str) -> Result<&[approval::RelatedApproval], ValueError> {
                let what = (&[approval::ControlType::RelatedApproval][..], "approval requests");
                list(&self.$contents, name, what, |content| content.value.related_approval.as_ref())
            }

            /// Returns the leave of a `Vacation`.
            pub fn vacation(&self, name: &str) -> Result<Option<&approval::VacationValue>, ValueError> {
                let what = (&[approval::ControlType::Vacation][..], "leave");
                holds(&self.$contents, name, what, |content| content.value.vacation.as_ref())
            }

            /// Returns the business trip, off-site work or overtime of an `Attendance`.
            pub fn attendance(&self, name: &str) -> Result<Option<&approval::AttendanceValue>, ValueError> {
                let what = (&[approval::ControlType::Attendance][..], "a business trip, off-site work or overtime");
                holds(&self.$contents, name, what, |content| content.value.attendance.as_ref())
            }

            /// Returns the make-up check-in of a `PunchCorrection`.
            pub fn punch_correction(&self, name: &str) -> Result<Option<&approval::PunchCorrection>, ValueError> {
                let what = (&[approval::ControlType::PunchCorrection][..], "a make-up check-in");
                holds(&self.$contents, name, what, |content| content.value.punch_correction.as_ref())
            }

            /// Returns the account of a `BankAccount`.
            pub fn bank_account(&self, name: &str) -> Result<Option<&approval::BankAccount>, ValueError> {
                let what = (&[approval::ControlType::BankAccount][..], "a bank account");
                holds(&self.$contents, name, what, |content| content.value.bank_account.as_ref())
            }
        }
    )*};
}

/// Implements reading the controls that only reports have.
macro_rules! read_reports {
    ($($type:ident: $contents:ident),*) => {$(
        impl journal::$type {
            /// Returns the date of a `Date`. It is an error if it is only a [`time_of_day`](Self::time_of_day).
            pub fn date(&self, name: &str) -> Result<Option<Timestamp>, ValueError> {
                match journal_date(&self.$contents, name, "a date")? {
                    Some(date) if date.r#type == journal::DateType::Minute => {
                        Err(ValueError::new(name, "a date", "a time of day"))
                    }
                    date => Ok(date.map(|date| Timestamp::from_unix(date.s_timestamp))),
                }
            }

            /// Returns the time of a `Date` that is only a time of day, in seconds since midnight.
            pub fn time_of_day(&self, name: &str) -> Result<Option<i64>, ValueError> {
                match journal_date(&self.$contents, name, "a time of day")? {
                    Some(date) if date.r#type != journal::DateType::Minute => {
                        Err(ValueError::new(name, "a time of day", "a date"))
                    }
                    date => Ok(date.map(|date| date.s_timestamp)),
                }
            }

            /// Returns the students of a `SchoolContact`.
            pub fn students(&self, name: &str) -> Result<&[journal::Student], ValueError> {
                list(&self.$contents, name, (&[journal::ControlType::SchoolContact], SCHOOL), |content| {
                    content.value.students.as_ref()
                })
            }

            /// Returns the classes of a `SchoolContact`.
            pub fn classes(&self, name: &str) -> Result<&[journal::Class], ValueError> {
                list(&self.$contents, name, (&[journal::ControlType::SchoolContact], SCHOOL), |content| {
                    content.value.classes.as_ref()
                })
            }

            /// Returns the documents of a `Doc`.
            pub fn docs(&self, name: &str) -> Result<&[journal::DocValue], ValueError> {
                list(&self.$contents, name, (&[journal::ControlType::Doc], "documents"), |content| {
                    content.value.docs.as_ref()
                })
            }

            /// Returns the files of a `WedriveFile`.
            pub fn wedrive_files(&self, name: &str) -> Result<&[journal::WedriveFile], ValueError> {
                list(&self.$contents, name, (&[journal::ControlType::WedriveFile], "WeDrive files"), |content| {
                    content.value.wedrive_files.as_ref()
                })
            }
        }
    )*};
}

const SCHOOL: &str = "students or classes";

fn journal_date<'a>(
    contents: &'a [journal::Content],
    name: &str,
    expected: &str,
) -> Result<Option<&'a journal::DateValue>, ValueError> {
    holds(contents, name, (&[journal::ControlType::Date], expected), |content| content.value.date.as_ref())
}

read_controls!(approval, Member, ApplyData: contents, TableRow: list);
read_approvals!(ApplyData: contents, TableRow: list);
read_controls!(journal, User, FormData: contents, TableRow: list);
read_reports!(FormData: contents, TableRow: list);

impl approval::SelectedOption {
    /// Returns the option's text in a language, or in another one if there is none.
    #[must_use]
    pub fn text(&self, language: &approval::Language) -> &str {
        preferred(self.value.iter().map(|text| (text.text.as_str(), text.lang == *language)))
    }
}

impl journal::SelectedOption {
    /// Returns the option's text in a language, such as `en`, or in another one if there is none.
    #[must_use]
    pub fn text(&self, language: &str) -> &str {
        preferred(self.value.iter().map(|text| (text.text.as_str(), text.lang.as_deref() == Some(language))))
    }
}

/// The text in the wanted language, or else any.
fn preferred<'a>(texts: impl Iterator<Item = (&'a str, bool)> + Clone) -> &'a str {
    let mut texts = texts.filter(|(text, _)| !text.is_empty());
    let any = texts.clone().next();
    texts.find(|(_, wanted)| *wanted).or(any).map_or("", |(text, _)| text)
}
