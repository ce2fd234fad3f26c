//! The state while one file is checked, and the lookups that all checks of files share.

use std::collections::HashSet;

use crate::spec::diagnostic::{At, Reporter};
use crate::spec::mistakes::Mistake;
use crate::spec::source::Path;
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{Field, FieldPath, Fields, File};

/// The knowledge so far about the file that is being checked.
pub(super) struct Checker<'a> {
    pub(super) file: &'a File,
    pub(super) text: &'a str,
    pub(super) report: Reporter<'a>,
    /// The named types that are referred to.
    pub(super) used: HashSet<&'a str>,
    /// The fields that appear in an example, by their address in memory: structs share no fields.
    pub(super) shown: HashSet<*const Field>,
    /// Whether one kind of scalar may replace another in examples, as in WeCom's responses.
    pub(super) lenient: bool,
}

impl<'a> Checker<'a> {
    /// Creates the state for a file with this text.
    pub(super) fn new(file: &'a File, text: &'a str, report: Reporter<'a>) -> Self {
        Self { file, text, report, used: HashSet::new(), shown: HashSet::new(), lenient: false }
    }
}

impl<'a> Checker<'a> {
    /// Checks a type: if it is a named one, the file must define it.
    pub(super) fn type_expr(&mut self, path: &Path, ty: &TypeExpr) -> bool {
        let Some(name) = ty.name() else { return true };
        let file = self.file;
        if let Some(found) = file.type_name(name) {
            self.used.insert(found);
            return true;
        }
        if file.failed.contains(name) {
            return true;
        }
        let known = file.type_names().map(|(_, name)| name.as_str());
        let help = self.report.did_you_mean(name, known.chain(Scalar::KEYWORDS.iter().copied()));
        self.report
            .error(Mistake::UnknownType, At::Value(path), format!("no type named `{name}`"))
            .label("not a type of this file, nor a built-in one")
            .help_if(help);
        false
    }

    /// Finds a field that is referred to by its wire name.
    pub(super) fn field<'f>(
        &mut self,
        path: &Path,
        fields: &'f Fields,
        name: &str,
        side: &str,
    ) -> Option<&'f Field> {
        let field = fields.get(name);
        if field.is_none() {
            let help = self.report.did_you_mean(name, fields.keys().map(String::as_str));
            self.report
                .error(Mistake::UnknownField, At::Value(path), format!("the {side} has no field `{name}`"))
                .label("not a field")
                .help_if(help);
        }
        field
    }

    /// Returns the fields along a path, at least one.
    pub(super) fn along<'f>(
        &mut self,
        at: &Path,
        fields: &'f Fields,
        path: &FieldPath,
        along: &Along,
    ) -> Option<Vec<&'f Field>>
    where
        'a: 'f,
    {
        let file = self.file;
        let (mut fields, mut side) = (fields, along.side.to_owned());
        let mut steps: Vec<&'f Field> = Vec::new();
        for name in path.steps() {
            if let Some(above) = steps.last() {
                let (ty, through) = match &above.ty {
                    TypeExpr::Generic(Generic::List, item) if along.lists => {
                        (&**item, "structs, and lists of them")
                    }
                    ty if along.lists => (ty, "structs, and lists of them"),
                    ty => (ty, "structs"),
                };
                match ty {
                    TypeExpr::Named(ty) if file.structs.contains_key(ty) => {
                        fields = &file.structs[ty].fields;
                        side = format!("struct `{ty}`");
                    }
                    // An unknown type has been reported where it is used.
                    TypeExpr::Named(ty) if file.type_name(ty).is_none() => return None,
                    _ => {
                        let last = path.steps().nth(steps.len() - 1).unwrap_or_default();
                        let message = format!("a path can only pass through {through}");
                        let label = format!("`{last}` is a `{}`", above.ty);
                        self.report.error(along.mistake, At::Value(at), message).label(label);
                        return None;
                    }
                }
            }
            steps.push(self.field(at, fields, name, &side)?);
        }
        Some(steps)
    }
}

impl Checker<'_> {
    /// Checks that a type has all of the values that something lists, as on the wire.
    pub(super) fn values_of(&mut self, path: &Path, ty: &TypeExpr, values: &[String], mistake: Mistake) {
        for (index, value) in values.iter().enumerate() {
            self.value_of(&path.index(index), ty, value, mistake);
        }
    }

    /// Checks that a type has a value, as on the wire.
    pub(super) fn value_of(&mut self, path: &Path, ty: &TypeExpr, value: &str, mistake: Mistake) {
        let file = self.file;
        if is_value(file, ty, value) {
            return;
        }
        let known = ty.name().and_then(|name| file.enums.get(name));
        let known = known.into_iter().flat_map(|known| known.values.keys().map(String::as_str));
        // No number is closer to another one than the rest.
        let help = if is_integer(value) { None } else { self.report.did_you_mean(value, known) };
        self.report
            .error(mistake, At::Value(path), format!("`{value}` isn't a value of `{ty}`"))
            .label("no field of this type has it")
            .help_if(help);
    }
}

/// Returns whether a type has a value, as on the wire.
fn is_value(file: &File, ty: &TypeExpr, value: &str) -> bool {
    match ty {
        TypeExpr::Named(name) => file.enums.get(name).is_none_or(|known| known.values.contains_key(value)),
        TypeExpr::Scalar(Scalar::Bool | Scalar::Flag) => matches!(value, "0" | "1"),
        TypeExpr::Scalar(Scalar::Int) => is_integer(value),
        TypeExpr::Scalar(Scalar::Uint | Scalar::Timestamp) => is_integer(value) && !value.starts_with('-'),
        TypeExpr::Scalar(Scalar::F64) => value.parse::<f64>().is_ok(),
        TypeExpr::Scalar(_) | TypeExpr::Generic(..) => true,
    }
}

/// The rules for a path that refers to fields.
pub(super) struct Along {
    /// The place of its first field.
    pub(super) side: &'static str,
    /// Whether it may lead through lists of structs.
    pub(super) lists: bool,
    /// The mistake to report if the path leads elsewhere.
    pub(super) mistake: Mistake,
}

/// Returns a field's key as the file has it.
pub(super) fn key(name: &str, field: &Field) -> String {
    format!("{name}{}", if field.optional { "?" } else { "" })
}

/// Returns whether values of a type are objects or lists.
pub(super) fn nested(file: &File, ty: &TypeExpr) -> bool {
    match ty {
        TypeExpr::Generic(generic, _) => matches!(generic, Generic::List | Generic::Map),
        TypeExpr::Scalar(scalar) => *scalar == Scalar::Any,
        TypeExpr::Named(name) => !file.enums.contains_key(name),
    }
}

/// Returns whether a text is an integer in the one canonical notation.
pub(super) fn is_integer(text: &str) -> bool {
    text.parse::<i64>().is_ok_and(|number| number.to_string() == text)
}
