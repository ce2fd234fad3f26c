//! The error codes.

use super::pairing::Pairing;
use super::spot::{Both, Side, Spot};
use super::{Comparison, Rule};
use crate::api::{Api, Codes, ErrorCode};
use crate::spec::Section;
use crate::spec::source::Path;

impl Comparison<'_> {
    /// Compares the tables. One that is added or removed represents all its codes. Constants are paired by name, then
    /// by number.
    pub(super) fn codes(&mut self) {
        let (base, head) = (self.base, self.head);
        match (&base.api.codes, &head.api.codes) {
            (None, None) => {}
            (Some(base), None) => {
                let meaning = format!("the {} constants of `errcode` are gone", base.codes.len());
                self.one(Rule::ErrcodesRemoved, &table(Side::Base, base), meaning);
            }
            (None, Some(head)) => {
                let meaning = format!("`errcode` has {} constants", head.codes.len());
                self.one(Rule::ErrcodesAdded, &table(Side::Head, head), meaning);
            }
            (Some(base), Some(head)) => {
                if (&base.title, &base.summary, &base.doc) != (&head.title, &head.summary, &head.doc) {
                    let both = Both { base: table(Side::Base, base), head: table(Side::Head, head) };
                    self.both(Rule::ErrcodesDocsChanged, &both, "the documentation of `errcode` changed");
                }
            }
        }
        let tables = base.api.codes.is_some() && head.api.codes.is_some();
        let (old, new) = (constants(Side::Base, &base.api, tables), constants(Side::Head, &head.api, tables));
        let pairs = Pairing::new(&old, &new)
            .same(|(_, base), (_, head)| base.name == head.name)
            .same(|(_, base), (_, head)| base.code == head.code);
        for ((base, old), (head, new)) in &pairs.both {
            self.code(old, new, &Both { base: base.clone(), head: head.clone() });
        }
        for (spot, code) in &pairs.removed {
            self.one(Rule::ErrcodeRemoved, spot, format!("`{}` ({}) is gone", spot.rust, code.code));
        }
        for (spot, code) in &pairs.added {
            self.one(Rule::ErrcodeAdded, spot, format!("`{}` ({}) is new", spot.rust, code.code));
        }
    }

    fn code(&mut self, base: &ErrorCode, head: &ErrorCode, both: &Both) {
        if base.name != head.name {
            let meaning = format!("`{}` is renamed to `{}`", both.base.rust, both.head.rust);
            self.both(Rule::ErrcodeRenamed, both, meaning);
        }
        if base.code != head.code {
            let meaning = format!("`{}` is {} instead of {}", both.head.rust, head.code, base.code);
            self.both(Rule::ErrcodeNumberChanged, both, meaning);
        }
        if (&base.doc, &base.help) != (&head.doc, &head.help) {
            let meaning = format!("the description of `{}` changed", both.head.rust);
            self.both(Rule::ErrcodeTextChanged, both, meaning);
        }
    }
}

fn table(side: Side, table: &Codes) -> Spot {
    Spot::new(side, &table.spec, Path::of(["summary"]), "errcodes".to_owned(), "errcode".to_owned())
}

/// Returns the constants of `errcode`, each where it first occurs: those of the table, if they count, and of single
/// endpoints.
fn constants(side: Side, api: &Api, table: bool) -> Vec<(Spot, &ErrorCode)> {
    let constant = |file: &str, path: Path, of: &str, code: &ErrorCode| {
        let number = code.code.to_string();
        let path = path.key("codes").key(&number);
        Spot::new(side, file, path, format!("{of}.{number}"), format!("errcode::{}", code.name))
    };
    let table = api.codes.iter().filter(|_| table);
    let listed = table.flat_map(|table| table.codes.iter().map(move |code| (table, code)));
    let listed = listed.map(|(table, code)| (constant(&table.spec, Path::default(), "errcodes", code), code));
    let own = api.own_codes().into_values().map(|codes| {
        let (module, endpoint, code) = codes[0];
        let path = Section::Endpoints.entry(&endpoint.name);
        (constant(&module.spec, path, &format!("{}.codes", endpoint.id), code), code)
    });
    listed.chain(own).collect()
}
