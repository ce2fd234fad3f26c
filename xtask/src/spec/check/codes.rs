//! Checks of the error codes.

use super::checker::is_integer;
use super::deviations;
use crate::spec::Codes;
use crate::spec::diagnostic::{At, Diagnostics};
use crate::spec::mistakes::Mistake;
use crate::spec::names;
use crate::spec::source::{Path, Source};

pub(super) fn check(table: &Codes, sources: &[Source], diagnostics: &mut Diagnostics) {
    let mut report = diagnostics.reporter(table.source, &table.root);
    report.alone(sources, table.source);
    let top = Path::default();
    report.described(&top.key("title"), &table.title);
    report.described(&top.key("summary"), &table.summary);
    report.page(&top.key("doc"), &table.doc);
    let codes = top.key("codes");
    let mut rust_names = vec![(codes.clone(), "CODES".to_owned(), "the table of all codes")];
    for (number, code) in &table.codes {
        let at = codes.key(number);
        if !is_integer(number) {
            let message = format!("`{number}` is not an integer");
            report.error(Mistake::WrongKind, At::Key(&at), message).label("an `errcode` is one");
        }
        if !names::is_screaming(&code.name) {
            let better = names::snake(&code.name).to_ascii_uppercase();
            report
                .error(
                    Mistake::BadIdentifier,
                    At::Value(&at.key("name")),
                    format!("`{}` is not SCREAMING_SNAKE_CASE", code.name),
                )
                .label("a constant's name")
                .help_if(names::is_screaming(&better).then(|| format!("write `{better}`")));
        }
        report.described(&at.key("doc"), &code.doc);
        if let Some(help) = &code.help {
            report.described(&at.key("help"), help);
        }
        rust_names.push((at, code.name.clone(), number.as_str()));
    }
    deviations::check(&mut report, &table.deviations, ["codes"].into_iter());
    report.collisions(rust_names, "give each code a name of its own");
}
