//! Forms of approval templates, to be filled in.

use super::ValueError;
use super::controls::{A_CONTROL, OTHER_TEXT, is_called, names, texts};
use crate::oa::approval::{
    ApprovalNumber, AttendancePeriod, AttendanceType, BankAccount, ContactMode, ControlType, DateType,
    Department, LeaveOption, LeaveSelection, LocationValue, Member, NewApplyData, NewAttendance, NewContent,
    NewDate, NewDateRange, NewFile, NewSelection, NewTableRow, NewVacation, NewValue, OptionKey, RangeType,
    SelectType, TemplateConfig, TemplateControl, TemplateForm, TemplateSelector,
};
use crate::{IntoItem, Json, Timestamp};

impl TemplateForm {
    /// Creates an empty form to fill in, for [`ApplyEvent`](crate::oa::approval::ApplyEvent).
    pub fn fill(&self) -> ApprovalForm<'_> {
        ApprovalForm::new(&self.controls)
    }
}

/// A form that is filled in, control by control, each by its title (in any language) or by its ID. Needs the feature `oa`.
///
/// The template knows each control's type and the IDs of options. [`ApprovalForm::finish`] returns the first mistake.
///
/// ```
/// # use wecom_models::Timestamp;
/// use wecom_models::oa::approval::{Member, TemplateForm};
///
/// # fn example(form: &TemplateForm) -> Result<(), wecom_models::ValueError> {
/// // From the response to `GetTemplateDetail`: `template_content`.
/// let content = form
///     .fill()
///     .text("Purpose", "Visit a customer")
///     .number("People", 3)
///     .number("Budget", "1250.50")
///     .date("Departure", Timestamp::now())
///     .options("Means of travel", ["Train", "Taxi"])
///     .members("Companions", [Member::new("chen.yu", "Chen Yu")])
///     .row("Hotels", |row| row.text("Hotel", "Lake View").number("Price", 480))
///     .finish()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "`finish` returns the content"]
pub struct ApprovalForm<'t> {
    controls: &'t [TemplateControl],
    /// The value of each control, in their order.
    values: Vec<Option<NewValue>>,
    mistake: Option<ValueError>,
}

/// Creates an error about the value of a control; the caller adds the name.
fn mismatch(expected: impl Into<String>, found: impl Into<String>) -> ValueError {
    ValueError::new("", expected, found)
}

impl<'t> ApprovalForm<'t> {
    fn new(controls: &'t [TemplateControl]) -> Self {
        Self { controls, values: vec![None; controls.len()], mistake: None }
    }

    /// Fills in a `Text` or a `Textarea`.
    pub fn text(self, name: &str, text: impl Into<String>) -> Self {
        self.value(name, NewValue::Text(text.into()))
    }

    /// Fills in a `Number` or a `Money`, with a number or its digits as text. It is a mistake if it isn't a number.
    pub fn number(self, name: &str, number: impl ToString) -> Self {
        self.put(name, move |control, _| match control.property.control {
            ControlType::Money => fitting(control, NewValue::Money(number.to_string())),
            _ => fitting(control, NewValue::Number(number.to_string())),
        })
    }

    /// Fills in a `Date`. The template says whether the time of day counts.
    pub fn date(self, name: &str, time: impl Into<Timestamp>) -> Self {
        let time = Json(time.into());
        self.put(name, |control, _| {
            let precision = match &control.config {
                Some(TemplateConfig::Date(config)) => config.r#type.clone(),
                _ => DateType::Day,
            };
            fitting(control, NewValue::Date(NewDate::new(precision, time)))
        })
    }

    /// Selects options of a `Selector`, by their texts (in any language) or their IDs.
    pub fn options(self, name: &str, options: impl IntoIterator<Item = impl IntoItem<String>>) -> Self {
        let options: Vec<String> = options.into_iter().map(IntoItem::into_item).collect();
        self.put(name, |control, _| match &control.config {
            Some(TemplateConfig::Selector(selector)) => select(selector, &options).map(NewValue::Selector),
            _ => fitting(control, NewValue::Selector(NewSelection::default())),
        })
    }

    /// Fills in members of a `Contact`.
    pub fn members(self, name: &str, members: impl IntoIterator<Item = Member>) -> Self {
        self.value(name, NewValue::Members(members.into_iter().collect()))
    }

    /// Fills in departments of a `Contact`.
    pub fn departments(self, name: &str, departments: impl IntoIterator<Item = Department>) -> Self {
        self.value(name, NewValue::Departments(departments.into_iter().collect()))
    }

    /// Attaches files to a `File`, by the `media_id` of each temporary media file.
    pub fn files(self, name: &str, media_ids: impl IntoIterator<Item = impl IntoItem<String>>) -> Self {
        let files = media_ids.into_iter().map(|id| NewFile::new(id.into_item()));
        self.value(name, NewValue::Files(files.collect()))
    }

    /// Refers to other requests with a `RelatedApproval`, by their approval numbers.
    pub fn related_approvals(
        self,
        name: &str,
        numbers: impl IntoIterator<Item = impl IntoItem<String>>,
    ) -> Self {
        let numbers = numbers.into_iter().map(|number| ApprovalNumber::new(number.into_item()));
        self.value(name, NewValue::RelatedApproval(numbers.collect()))
    }

    /// Adds a row to a `Table`, whose controls are filled in like those of a form.
    pub fn row(self, name: &str, fill: impl FnOnce(ApprovalForm<'t>) -> ApprovalForm<'t>) -> Self {
        self.put(name, |control, before| {
            let Some(TemplateConfig::Table(table)) = &control.config else {
                return fitting(control, NewValue::Rows(Vec::new()));
            };
            let row = fill(ApprovalForm::new(&table.children)).contents(true)?;
            let mut rows = match before {
                Some(NewValue::Rows(rows)) => rows,
                _ => Vec::new(),
            };
            rows.push(NewTableRow::new(row));
            Ok(NewValue::Rows(rows))
        })
    }

    /// Fills in the period of a `DateRange`.
    pub fn date_range(self, name: &str, period: NewDateRange) -> Self {
        self.value(name, period)
    }

    /// Fills in a `Vacation`: the leave type, by its name (in any language) or its ID, and the period.
    pub fn vacation(self, name: &str, leave_type: &str, period: AttendancePeriod) -> Self {
        self.put(name, |control, _| {
            let types = match &control.config {
                Some(TemplateConfig::VacationList(list)) => &list.item[..],
                _ => return fitting(control, NewValue::Vacation(NewVacation::default())),
            };
            let ids: Vec<String> = types.iter().map(|leave| leave.id.to_string()).collect();
            let types = ids.iter().zip(types).map(|(id, leave)| (id.as_str(), texts(&leave.name)));
            let key = choose(&types.collect::<Vec<_>>(), leave_type, "one of the leave types")?;
            let selection = LeaveSelection::new(SelectType::Single, [LeaveOption::new(key)]);
            let attendance = NewAttendance::new(period, AttendanceType::Leave);
            fitting(control, NewValue::Vacation(NewVacation::new(selection, attendance)))
        })
    }

    /// Fills in an `Attendance`: a business trip, off-site work or overtime.
    pub fn attendance(self, name: &str, attendance: NewAttendance) -> Self {
        self.value(name, attendance)
    }

    /// Fills in the place of a `Location`.
    pub fn location(self, name: &str, location: LocationValue) -> Self {
        self.value(name, location)
    }

    /// Fills in the account of a `BankAccount`.
    pub fn bank_account(self, name: &str, account: BankAccount) -> Self {
        self.value(name, account)
    }

    /// Fills in any control, such as a `Vacation` whose days differ.
    pub fn value(self, name: &str, value: impl Into<NewValue>) -> Self {
        let value = value.into();
        self.put(name, |control, _| fitting(control, value))
    }

    /// Returns the content, with the controls in the template's order.
    ///
    /// # Errors
    ///
    /// The first mistake: a control or an option that the template doesn't have, a value of another type than its control's, or none for a
    /// control that is required.
    pub fn finish(self) -> Result<NewApplyData, ValueError> {
        Ok(NewApplyData::new(self.contents(false)?))
    }

    fn put(
        mut self,
        name: &str,
        value: impl FnOnce(&'t TemplateControl, Option<NewValue>) -> Result<NewValue, ValueError>,
    ) -> Self {
        if self.mistake.is_some() {
            return self;
        }
        // An ID comes first: a title may be anything.
        let controls = self.controls;
        let by_id = controls.iter().position(|control| control.property.id == name);
        let by_name = || {
            controls.iter().position(|TemplateControl { property, .. }| {
                is_called(name, &property.id, &texts(&property.title))
            })
        };
        let Some(place) = by_id.or_else(by_name) else {
            let properties = controls.iter().map(|control| &control.property);
            let known = names(properties.map(|property| (property.id.as_str(), texts(&property.title))));
            self.mistake = Some(ValueError::new(name, A_CONTROL, known));
            return self;
        };
        match value(&controls[place], self.values[place].take()) {
            Ok(value) => self.values[place] = Some(value),
            Err(mut mistake) => {
                // That of a row has a name of its own.
                mistake.name = if mistake.name.is_empty() {
                    name.to_owned()
                } else {
                    format!("{name} › {}", mistake.name)
                };
                self.mistake = Some(mistake);
            }
        }
        self
    }

    /// The controls that are filled in, or all of them: a row has to have its empty ones, too.
    fn contents(self, all: bool) -> Result<Vec<NewContent>, ValueError> {
        if let Some(mistake) = self.mistake {
            return Err(mistake);
        }
        let mut contents = Vec::new();
        for (control, value) in self.controls.iter().zip(self.values) {
            let property = &control.property;
            let content = NewContent::new(property.control.clone(), &property.id);
            match value {
                Some(value) => contents.push(content.value(value)),
                // WeCom fills in these two.
                None if matches!(property.control, ControlType::Tips | ControlType::Formula) => {
                    contents.push(content);
                }
                None if property.require => {
                    let title = property.title.iter().find(|title| !title.text.is_empty());
                    let name = title.map_or(property.id.as_str(), |title| title.text.as_str());
                    return Err(ValueError::new(name, "a value, which the template requires", "none"));
                }
                None if all => contents.push(match empty(control) {
                    Some(value) => content.value(value),
                    None => content,
                }),
                None => {}
            }
        }
        Ok(contents)
    }
}

/// The value, if it is of the control's type.
fn fitting(control: &TemplateControl, value: NewValue) -> Result<NewValue, ValueError> {
    use ControlType as C;
    let types: &[ControlType] = match &value {
        NewValue::Text(_) => &[C::Text, C::Textarea],
        NewValue::Number(_) => &[C::Number],
        NewValue::Money(_) => &[C::Money],
        NewValue::Date(_) => &[C::Date],
        NewValue::Selector(_) => &[C::Selector],
        NewValue::Members(_) | NewValue::Departments(_) => &[C::Contact],
        NewValue::Files(_) => &[C::File],
        NewValue::Rows(_) => &[C::Table],
        NewValue::DateRange(_) => &[C::DateRange],
        NewValue::Vacation(_) => &[C::Vacation],
        NewValue::Attendance(_) => &[C::Attendance],
        NewValue::Location(_) => &[C::Location],
        NewValue::RelatedApproval(_) => &[C::RelatedApproval],
        NewValue::Formula(_) => &[C::Formula],
        NewValue::BankAccount(_) => &[C::BankAccount],
        // An undocumented value can't be checked.
        NewValue::Other(_) => return Ok(value),
    };
    let ControlType::Other(_) = control.property.control else {
        let found = format!("a value for `{}`", types[0]);
        let expected = || format!("a value for `{}`", control.property.control);
        let mode = match &control.config {
            Some(TemplateConfig::Contact(contact)) => Some(&contact.mode),
            _ => None,
        };
        return match (&value, mode) {
            _ if !types.contains(&control.property.control) => Err(mismatch(expected(), found)),
            (NewValue::Number(number) | NewValue::Money(number), _) if !is_number(number) => {
                Err(mismatch("a number", OTHER_TEXT))
            }
            (NewValue::Attendance(attendance), _) => as_in_template(control, attendance).map(|()| value),
            (NewValue::Members(_), Some(ContactMode::Department)) => Err(mismatch("departments", "members")),
            (NewValue::Departments(_), Some(ContactMode::User)) => Err(mismatch("members", "departments")),
            _ => Ok(value),
        };
    };
    Ok(value)
}

/// Whether attendance is of the kind and in the unit that the template asks for.
fn as_in_template(control: &TemplateControl, attendance: &NewAttendance) -> Result<(), ValueError> {
    let Some(TemplateConfig::Attendance(config)) = &control.config else { return Ok(()) };
    let asked = (&config.r#type, &config.date_range.r#type);
    let given = (&attendance.r#type, &attendance.date_range.r#type);
    let name = |(kind, unit): (&AttendanceType, &RangeType)| format!("`{kind:?}`, in the unit `{unit:?}`");
    if asked == given { Ok(()) } else { Err(mismatch(name(asked), name(given))) }
}

/// The selection of these options, by their texts or IDs.
fn select(selector: &TemplateSelector, names: &[String]) -> Result<NewSelection, ValueError> {
    if selector.r#type == SelectType::Single && names.len() > 1 {
        return Err(mismatch("one option", format!("{} options", names.len())));
    }
    let options = selector.options.iter().map(|option| (option.key.as_str(), texts(&option.value)));
    let options: Vec<(&str, Vec<&str>)> = options.collect();
    let keys = names.iter().map(|name| choose(&options, name, "one of the options").map(OptionKey::new));
    Ok(NewSelection::new(selector.r#type.clone(), keys.collect::<Result<Vec<_>, _>>()?))
}

/// Returns the ID of an option, by its text or ID.
fn choose<'a>(options: &[(&'a str, Vec<&str>)], name: &str, expected: &str) -> Result<&'a str, ValueError> {
    let by_id = options.iter().find(|(id, _)| *id == name);
    let option = by_id.or_else(|| options.iter().find(|(id, texts)| is_called(name, id, texts)));
    option.map(|(id, _)| *id).ok_or_else(|| {
        mismatch(format!("{expected} {}", names(options.iter().cloned())), format!("`{name}`"))
    })
}

/// Whether a text is a number as WeCom writes it: digits, a fraction, a sign.
fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-')) && text.parse::<f64>().is_ok()
}

/// The empty value of a control, where its type has one.
fn empty(control: &TemplateControl) -> Option<NewValue> {
    match (&control.property.control, &control.config) {
        (ControlType::Text | ControlType::Textarea, _) => Some(NewValue::Text(String::new())),
        (ControlType::Number, _) => Some(NewValue::Number(String::new())),
        (ControlType::Money, _) => Some(NewValue::Money(String::new())),
        (ControlType::Selector, Some(TemplateConfig::Selector(selector))) => {
            let none = Vec::<OptionKey>::new();
            Some(NewValue::Selector(NewSelection::new(selector.r#type.clone(), none)))
        }
        (ControlType::Contact, Some(TemplateConfig::Contact(contact))) => Some(match contact.mode {
            ContactMode::Department => NewValue::Departments(Vec::new()),
            _ => NewValue::Members(Vec::new()),
        }),
        (ControlType::File, _) => Some(NewValue::Files(Vec::new())),
        (ControlType::RelatedApproval, _) => Some(NewValue::RelatedApproval(Vec::new())),
        _ => None,
    }
}
