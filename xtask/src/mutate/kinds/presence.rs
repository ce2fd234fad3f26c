//! Mistakes in whether a field may be absent.

use crate::mutate::edit::Edit;
use crate::mutate::kind::Kind;
use crate::mutate::kind::Make::Field;
use crate::mutate::site::{FieldSite, Mutant};
use crate::pages::phrases::{may_be_absent, may_be_conditional};

pub(super) const KINDS: &[Kind] = &[
    Kind::new("required-as-optional", "a table says that it must be sent", Field(required)),
    Kind::new("optional-as-required", "a table says that it need not be sent", Field(optional)),
    Kind::new(
        "promised-as-optional",
        "the page shows it everywhere, and speaks of no condition",
        Field(promised),
    ),
    Kind::new(
        "optional-as-promised",
        "an example lacks it, or the page says when it is absent",
        Field(sometimes),
    ),
];

fn may_change(site: &FieldSite<'_>) -> bool {
    !site.field.embed && site.field.quirk.is_none()
}

/// Adds a `?`.
fn as_optional(site: &FieldSite<'_>, said: bool) -> Vec<Mutant> {
    let key = format!("{}?", site.wire);
    vec![site.mutant(format!("{key} may be absent"), vec![Edit::Rename(site.path(), key)], said)]
}

/// Removes a `?`: examples have the field everywhere, and it has no default.
fn as_required(site: &FieldSite<'_>, said: bool) -> Vec<Mutant> {
    let mut edits =
        vec![Edit::Remove(site.path().key("default")), Edit::Rename(site.path(), site.wire.to_owned())];
    if let Some(sample) = site.sample() {
        edits.extend(site.objects(|object| {
            object.entry(site.wire.to_owned()).or_insert_with(|| sample.clone());
        }));
    }
    vec![site.mutant(format!("{} is always there", site.wire), edits, said)]
}

fn required(site: &FieldSite<'_>) -> Vec<Mutant> {
    let wanted = site.sent && !site.field.optional && may_change(site);
    let said = site.seen.rows.iter().any(|row| row.required == Some(true));
    if wanted { as_optional(site, said) } else { Vec::new() }
}

fn optional(site: &FieldSite<'_>) -> Vec<Mutant> {
    let wanted = site.sent && site.field.optional && may_change(site) && !site.is_referred_to();
    let said = site.seen.rows.iter().any(|row| row.required == Some(false));
    if wanted { as_required(site, said) } else { Vec::new() }
}

fn speaks_of_absence(site: &FieldSite<'_>) -> bool {
    site.docs().any(may_be_absent)
}

fn promised(site: &FieldSite<'_>) -> Vec<Mutant> {
    let wanted = site.received && !site.sent && !site.field.optional && may_change(site);
    let shown = !site.seen.values.is_empty() && !site.seen.missing;
    let conditional =
        speaks_of_absence(site) || site.seen.rows.iter().any(|row| may_be_conditional(&row.doc));
    if wanted { as_optional(site, shown && !conditional) } else { Vec::new() }
}

fn sometimes(site: &FieldSite<'_>) -> Vec<Mutant> {
    let wanted =
        site.received && !site.sent && site.field.optional && may_change(site) && !site.is_referred_to();
    let missing = site.seen.missing && !site.seen.values.is_empty();
    if wanted { as_required(site, missing || speaks_of_absence(site)) } else { Vec::new() }
}
