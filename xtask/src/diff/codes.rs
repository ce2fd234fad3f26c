//! The error codes.

use super::pairing::Pairing;
use super::spot::{Both, Side, Spot};
use super::{Comparison, Rule};
use crate::ir::{Codes, ErrorCode};
use crate::source::Path;

impl Comparison<'_> {
    /// Constants are paired by name, then by number.
    pub(super) fn codes(&mut self) {
        let (base, head) = (self.base.api.codes.as_ref(), self.head.api.codes.as_ref());
        let of =
            |codes: Option<&Codes>| codes.map_or("spec/errcodes.yaml".to_owned(), |codes| codes.spec.clone());
        let files = (of(base), of(head));
        let spots = |base: &ErrorCode, head: &ErrorCode| Both {
            base: spot(Side::Base, &files.0, base),
            head: spot(Side::Head, &files.1, head),
        };
        let pairs = Pairing::new(
            base.into_iter().flat_map(|codes| &codes.codes),
            head.into_iter().flat_map(|codes| &codes.codes),
        )
        .same(|base, head| base.name == head.name)
        .same(|base, head| base.code == head.code);
        for (base, head) in &pairs.both {
            self.code(base, head, &spots(base, head));
        }
        for code in &pairs.removed {
            let spot = spot(Side::Base, &files.0, code);
            self.one(Rule::ErrcodeRemoved, &spot, format!("`{}` ({}) is gone", spot.rust, code.code));
        }
        for code in &pairs.added {
            let spot = spot(Side::Head, &files.1, code);
            self.one(Rule::ErrcodeAdded, &spot, format!("`{}` ({}) is new", spot.rust, code.code));
        }
        if let (Some(base), Some(head)) = (base, head)
            && base.doc != head.doc
        {
            let at = |side, file: &str| {
                Spot::new(side, file, Path::of(["summary"]), "errcodes".to_owned(), "errcode".to_owned())
            };
            let both = Both { base: at(Side::Base, &base.spec), head: at(Side::Head, &head.spec) };
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

fn spot(side: Side, file: &str, code: &ErrorCode) -> Spot {
    let number = code.code.to_string();
    let path = Path::of(["codes", &number]);
    Spot::new(side, file, path, format!("errcodes.{number}"), format!("errcode::{}", code.name))
}
