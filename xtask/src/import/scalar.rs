//! The scalars of values, where a table and examples may disagree.

use serde_json::Value;

use super::sighting::{Notes, Sighting};
use crate::pages::phrases::{Base, DocType};
use crate::spec::type_expr::Scalar;

/// The doubt about a field whose type no table states.
pub(super) const FROM_EXAMPLE: &str = "type from the example";

/// Returns the scalar of a field whose values are neither lists nor objects.
pub(super) fn scalar(seen: &Sighting<'_>, notes: &mut Notes) -> Scalar {
    let shown = shown_scalar(seen);
    let base = seen.says.map_or(Base::Unknown, |says| says.base);
    let lists = !seen.in_list && seen.says.is_some_and(|says| says.lists > 0);
    let described = seen.says.map(described).unwrap_or_default();
    let Some(documented) = scalar_of(base).filter(|scalar| *scalar != Scalar::File) else {
        let Some(shown) = shown else { return mixed(seen, notes) };
        if base == Base::Object || lists {
            notes.quirk(&format!("table says {described}, example shows {}", shown.keyword()));
        } else {
            notes.doubt(FROM_EXAMPLE);
        }
        return shown;
    };
    if lists {
        notes.quirk(&format!("table says {described}, example shows one value"));
        return shown.unwrap_or(documented);
    }
    if seen.shows_only(|value| fits(documented, value)) {
        return documented;
    }
    let Some(shown) = shown else {
        if seen.in_list {
            return mixed(seen, notes);
        }
        notes.quirk(&format!("table says {described}, examples show values of several kinds"));
        return documented;
    };
    if documented.is_integer() && shown.is_integer() {
        notes.doubt(format!("table says {described}, example shows {}", shown.keyword()));
        return shown;
    }
    if documented.is_integer() && shown == Scalar::F64 {
        notes.doubt(format!("table says {described}, example shows a fraction"));
        return Scalar::F64;
    }
    notes.quirk(&format!("table says {described}, example shows {}", shown.keyword()));
    if seen.in_list { shown } else { documented }
}

fn mixed(seen: &Sighting<'_>, notes: &mut Notes) -> Scalar {
    if seen.in_list {
        notes.doubt("examples show values of several kinds");
        return Scalar::Any;
    }
    notes.quirk("examples show values of several kinds");
    Scalar::String
}

fn fits(scalar: Scalar, value: &Value) -> bool {
    match scalar {
        Scalar::String => value.is_string(),
        Scalar::Bool => value.is_boolean(),
        Scalar::Int => value.is_i64(),
        Scalar::Uint => value.is_u64(),
        Scalar::F64 => value.is_number(),
        Scalar::Flag | Scalar::Timestamp | Scalar::Secret | Scalar::Any | Scalar::File => false,
    }
}

fn shown_scalar(seen: &Sighting<'_>) -> Option<Scalar> {
    let order = [Scalar::Bool, Scalar::Uint, Scalar::Int, Scalar::F64, Scalar::String];
    order.into_iter().find(|scalar| seen.shows_only(|value| fits(*scalar, value)))
}

/// Converts a table's type to a scalar of a spec.
pub(super) fn scalar_of(base: Base) -> Option<Scalar> {
    base.scalar().and_then(Scalar::from_keyword)
}

/// Words a table's type as a spec does.
pub(super) fn described(says: DocType) -> String {
    let base = says.base.scalar().unwrap_or("object");
    if says.lists > 0 { format!("list of {base}") } else { base.to_owned() }
}
