//! The error codes.

use super::pairing::Pairing;
use super::spot::{Both, Side, Spot};
use super::{Comparison, Rule};
use crate::api::{Codes, ErrorCode};
use crate::spec::source::Path;

impl Comparison<'_> {
    /// A table that comes or goes stands for all that is in it.
    pub(super) fn codes(&mut self) {
        match (&self.base.api.codes, &self.head.api.codes) {
            (None, None) => {}
            (Some(base), None) => {
                let meaning = format!("the {} constants of `errcode` are gone", base.codes.len());
                self.one(Rule::ErrcodesRemoved, &table(Side::Base, base), meaning);
            }
            (None, Some(head)) => {
                let meaning = format!("`errcode` has {} constants", head.codes.len());
                self.one(Rule::ErrcodesAdded, &table(Side::Head, head), meaning);
            }
            (Some(base), Some(head)) => self.tables(base, head),
        }
    }

    /// Constants are paired by name, then by number.
    fn tables(&mut self, base: &Codes, head: &Codes) {
        let pairs = Pairing::new(&base.codes, &head.codes)
            .same(|base, head| base.name == head.name)
            .same(|base, head| base.code == head.code);
        for (old, new) in &pairs.both {
            let both = Both { base: spot(Side::Base, base, old), head: spot(Side::Head, head, new) };
            self.code(old, new, &both);
        }
        for code in &pairs.removed {
            let spot = spot(Side::Base, base, code);
            self.one(Rule::ErrcodeRemoved, &spot, format!("`{}` ({}) is gone", spot.rust, code.code));
        }
        for code in &pairs.added {
            let spot = spot(Side::Head, head, code);
            self.one(Rule::ErrcodeAdded, &spot, format!("`{}` ({}) is new", spot.rust, code.code));
        }
        if (&base.title, &base.summary, &base.doc) != (&head.title, &head.summary, &head.doc) {
            let both = Both { base: table(Side::Base, base), head: table(Side::Head, head) };
            self.both(Rule::ErrcodesDocsChanged, &both, "the documentation of `errcode` changed");
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
            let meaning = format!("what is said of `{}` changed", both.head.rust);
            self.both(Rule::ErrcodeTextChanged, both, meaning);
        }
    }
}

fn table(side: Side, table: &Codes) -> Spot {
    Spot::new(side, &table.spec, Path::of(["summary"]), "errcodes".to_owned(), "errcode".to_owned())
}

fn spot(side: Side, table: &Codes, code: &ErrorCode) -> Spot {
    let number = code.code.to_string();
    let path = Path::of(["codes", &number]);
    Spot::new(side, &table.spec, path, format!("errcodes.{number}"), format!("errcode::{}", code.name))
}
