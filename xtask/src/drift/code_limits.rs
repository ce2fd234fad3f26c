//! Compares the limits in the table of error codes with those of the fields that its rows name.

use std::collections::BTreeSet;

use super::comparison::Comparison;
use super::finding::{Finding, PageLine, Spot};
use crate::pages::{CodeRow, phrases, plain};
use crate::spec::source::Path;
use crate::spec::{Codes, DriftRule, Field, Limit};

impl Comparison<'_> {
    /// Reports limits of a field in a row that no field of that name has, in any request.
    pub(super) fn code_limits(&mut self, codes: &Codes, page: usize, rows: &[CodeRow]) {
        let fields = self.sent_fields();
        let mut found = Vec::new();
        for row in rows.iter().filter(|row| codes.codes.contains_key(&row.code.to_string())) {
            let words = plain(&row.words);
            let named: BTreeSet<&str> = names(&words).collect();
            let mut named = named.into_iter().filter(|name| fields.iter().any(|(field, _)| field == name));
            // A row with several names doesn't say which of them it limits.
            let (Some(name), None) = (named.next(), named.next()) else { continue };
            let alike: Vec<&Field> =
                fields.iter().filter(|(field, _)| *field == name).map(|(_, field)| *field).collect();
            let stated = |field: &Field| phrases::limits(&words, &field.ty);
            let has = |field: &&Field| stated(field).iter().all(|limit| field.limits.contains(limit));
            let Some(limit) = alike.iter().flat_map(|field| stated(field)).next() else { continue };
            if alike.iter().any(|field| !stated(field).is_empty() && has(field)) {
                continue;
            }
            let message = format!("its row limits `{name}`: `{limit}`; no field of that name has this limit");
            found.push((row, limit, message));
        }
        for (row, limit, message) in found {
            let code = row.code.to_string();
            let path = Path::of(["codes"]).key(&code);
            let spot = Spot::of(codes.source, codes.root.find_key(&path));
            let finding = Finding::new(spot, DriftRule::FieldLimit, format!("codes.{code}"), message);
            self.found
                .push(finding.says(Limit::to_string(&limit)).seen_at(PageLine { page, line: row.line }));
        }
    }

    /// Returns the fields of all requests, at any depth, each with its name.
    fn sent_fields(&self) -> Vec<(&str, &Field)> {
        let mut all = Vec::new();
        for file in &self.spec.files {
            let sent = file.operations().flat_map(|of| of.parts).filter(|(part, _)| part.is_sent());
            let own: Vec<_> = sent.map(|(_, fields)| fields).collect();
            let reached = file.reached(own.iter().flat_map(|fields| fields.values()).map(|field| &field.ty));
            let structs = reached.iter().filter_map(|name| file.structs.get(name)).map(|of| &of.fields);
            all.extend(
                own.iter().copied().chain(structs).flatten().map(|(name, field)| (name.as_str(), field)),
            );
        }
        all
    }
}

/// Returns the words of a text that may be names of fields.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.filter(|word| word.len() > 2 && word.starts_with(|c: char| c.is_ascii_lowercase()))
}
