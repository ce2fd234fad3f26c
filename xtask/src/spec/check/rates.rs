//! Checks of rates: those of endpoints, and the general ones.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::checker::{Along, Checker};
use super::deviations;
use super::endpoints::path_problem;
use crate::spec::diagnostic::{At, Diagnostics, Reporter};
use crate::spec::mistakes::Mistake;
use crate::spec::names;
use crate::spec::source::{Path, Source};
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{
    Counts, Endpoint, EndpointRate, FieldPath, GeneralRate, Of, Rates, Scope, Section, Spec, on_the_wire,
};

pub(super) fn check(table: &Rates, spec: &Spec, sources: &[Source], diagnostics: &mut Diagnostics) {
    let mut report = diagnostics.reporter(table.source, &table.root);
    report.alone(sources, table.source);
    report.page_of_table(&table.title, &table.summary, &table.doc);
    let top = Path::default();
    for (name, rate) in &table.rates {
        let path = top.key("rates").key(name);
        if !names::is_snake(name) {
            let better = names::snake(name);
            report
                .error(Mistake::BadIdentifier, At::Key(&path), format!("`{name}` is not snake_case"))
                .label("a rate's name")
                .help_if(names::is_snake(&better).then(|| format!("write `{better}`")));
        }
        report.described(&path.key("doc"), &rate.doc);
        if rate.rate.is_empty() {
            let at = path.key("rate");
            report
                .error(Mistake::BadRate, At::Value(&at), "the rate has no number of calls")
                .label("how many calls?");
        }
        report.numbers(&path.key("rate"), rate.rate.iter().map(|rate| rate.calls));
        calls(&mut report, &path, rate);
        recipients(&mut report, &path, rate, spec);
    }
    deviations::check(&mut report, &table.deviations, ["rates"].into_iter());
    for file in &spec.files {
        let mut report = diagnostics.reporter(file.source, &file.root);
        for (name, endpoint) in &file.endpoints {
            repeated(&mut report, &Section::Endpoints.entry(name).key("rate"), endpoint, table);
        }
    }
}

/// Checks that an endpoint doesn't repeat a general rate of its calls: the client keeps both, and only the general one
/// says for whom calls are counted.
fn repeated(report: &mut Reporter<'_>, path: &Path, endpoint: &Endpoint, table: &Rates) {
    let of_calls = table.rates.iter().filter(|(_, general)| {
        let same = general.of.paths().iter().any(|path| is_at(endpoint, path));
        same && general.counts == Counts::Calls && !general.times_accounts
    });
    let of_calls: Vec<_> = of_calls.collect();
    for (index, rate) in endpoint.head.rate.iter().enumerate() {
        let known = of_calls.iter().find(|(_, general)| general.rate.contains(&rate.rate()));
        let Some((general, _)) = known else { continue };
        report
            .error(
                Mistake::BadRate,
                At::Value(&path.index(index)),
                format!("`rates.yaml` has this rate, too: `{general}`"),
            )
            .label("would be kept twice")
            .help("remove it here; `notes` may mention it");
    }
}

impl Reporter<'_> {
    /// Checks that rates allow at least one call.
    fn numbers(&mut self, path: &Path, numbers: impl Iterator<Item = u32>) {
        for (index, _) in numbers.enumerate().filter(|(_, calls)| *calls == 0) {
            let at = path.index(index).key("calls");
            self.error(Mistake::BadRate, At::Value(&at), "the rate allows no calls").label("at least 1");
        }
    }
}

impl Checker<'_> {
    /// Checks the rates of an endpoint.
    pub(super) fn rates(&mut self, path: &Path, endpoint: &Endpoint) {
        let rates = &endpoint.head.rate;
        self.report.numbers(path, rates.iter().map(|rate| rate.calls));
        for (index, rate) in rates.iter().enumerate() {
            let path = path.index(index);
            if let Some(field) = rate.when.as_ref().and_then(|name| endpoint.request.get(name)) {
                let values: Vec<String> = rate.is.iter().map(on_the_wire).collect();
                self.values_of(&path.key("is"), &field.ty, &values, Mistake::BadRate);
            }
            if !matches!(rate.scope, Scope::App | Scope::Company | Scope::Provider) {
                let message = format!("an endpoint's rate can't be counted for `{}`", rate.scope.keyword());
                self.report
                    .error(Mistake::BadRate, At::Value(&path.key("scope")), message)
                    .label("expected `app`, `company` or `provider`")
                    .help("such rates belong in `rates.yaml`");
            }
            for (key, name) in rate.fields() {
                self.counted(&path.key(key), endpoint, (key, name));
            }
            if rate.when.is_some() == rate.is.is_empty() {
                self.report
                    .error(Mistake::BadRate, At::Value(&path), "`when` and `is` need each other")
                    .label("which values of which field?");
            }
            let shares = |other: &&EndpointRate| rate.shared.is_some() && other.shared == rate.shared;
            if rates[..index].iter().find(shares).is_some_and(|first| !rate.counts_like(first)) {
                let message = "two rates share one count, but count differently";
                self.report
                    .error(Mistake::BadRate, At::Value(&path), message)
                    .label("differs from the first")
                    .help("repeat all keys but `calls` and `per` of the first, or name another `shared`");
            }
        }
    }

    /// Checks a request field that decides what a rate counts.
    fn counted(&mut self, path: &Path, endpoint: &Endpoint, (key, name): (&str, &str)) {
        let field = if key == "counts" {
            let along = Along { side: "request", lists: true, mistake: Mistake::BadRate };
            let fields = self.along(path, &endpoint.request, &FieldPath::new(name), &along);
            fields.and_then(|mut fields| fields.pop())
        } else {
            self.field(path, &endpoint.request, name, "request")
        };
        let Some(field) = field else { return };
        let is_list = matches!(&field.ty, TypeExpr::Generic(Generic::List | Generic::Pipe | Generic::Csv, _));
        let (fits, expected) = match key {
            "by" | "when" => (self.is_scalar(&field.ty), "expected a field with a single value"),
            "counts" => (is_list, "expected a list"),
            _ => (field.optional, "expected a field that may be absent"),
        };
        if !fits {
            let message = format!("`{key}` can't refer to `{name}`, which is a `{}`", field.ty);
            self.report.error(Mistake::BadRate, At::Value(path), message).label(expected);
        }
    }

    fn is_scalar(&self, ty: &TypeExpr) -> bool {
        match ty {
            TypeExpr::Scalar(_) => true,
            TypeExpr::Named(name) => self.file.enums.contains_key(name),
            TypeExpr::Generic(..) => false,
        }
    }

    /// Checks that each shared count is one of several endpoints, which agree on its rates.
    pub(super) fn shared_rates(&mut self) {
        let file = self.file;
        let mut found: IndexMap<&str, Vec<(&str, Vec<&EndpointRate>)>> = IndexMap::new();
        for (name, endpoint) in &file.endpoints {
            for rate in &endpoint.head.rate {
                let Some(shared) = &rate.shared else { continue };
                let of = found.entry(shared).or_default();
                match of.last_mut().filter(|(last, _)| last == name) {
                    Some((_, rates)) => rates.push(rate),
                    None => of.push((name, vec![rate])),
                }
            }
        }
        for (shared, of) in found {
            let (first, rates) = &of[0];
            let at = |name: &str| Section::Endpoints.entry(name).key("rate");
            if of.len() == 1 {
                let message = format!("no other endpoint shares the rate `{shared}`");
                self.report
                    .error(Mistake::BadRate, At::Value(&at(first)), message)
                    .label("shared with none")
                    .help("endpoints that share a count have a rate with the same `shared`, in one file");
            }
            let count =
                |rates: &[&EndpointRate]| rates.iter().map(|rate| rate.shared_count()).collect::<Vec<_>>();
            for (name, _) in of.iter().skip(1).filter(|(_, others)| count(others) != count(rates)) {
                let message =
                    format!("`{shared}` is one count, but allows `{name}` and `{first}` differently");
                self.report
                    .error(Mistake::BadRate, At::Value(&at(name)), message)
                    .label(format!("differs from `{first}`"))
                    .help("give both the same numbers, in the same order, and the same `scope`, `only` and number of fields in `by`");
            }
        }
    }
}

/// Checks the endpoints that a rate applies to.
fn calls(report: &mut Reporter<'_>, path: &Path, rate: &GeneralRate) {
    if rate.of == Of::Paths(Vec::new()) {
        report
            .error(Mistake::BadGeneralRate, At::Value(&path.key("of")), "the rate applies to no endpoint")
            .label("names none")
            .help("write `of: none` if the limit isn't one of calls");
    }
    if rate.of != Of::Each && !rate.except.is_empty() {
        report
            .error(Mistake::BadGeneralRate, At::Key(&path.key("except")), "`except` needs `of: each`")
            .label("remove it, and list only the limited paths in `of`");
    }
    for (key, paths) in [("of", rate.of.paths()), ("except", &rate.except)] {
        let mut seen = HashSet::new();
        for (index, call) in paths.iter().enumerate() {
            let at = path.key(key).index(index);
            if let Some(problem) = path_problem(call) {
                report
                    .error(Mistake::BadCall, At::Value(&at), format!("`{call}` is not a path"))
                    .label(problem)
                    .help("for example `/cgi-bin/message/send`");
            }
            if !seen.insert(call) {
                report
                    .error(Mistake::BadGeneralRate, At::Value(&at), format!("`{call}` is listed twice"))
                    .label("once is enough");
            }
        }
    }
}

/// Checks the field that names recipients, in all transcribed endpoints that the rate applies to.
fn recipients(report: &mut Reporter<'_>, path: &Path, rate: &GeneralRate, spec: &Spec) {
    let Some(name) = &rate.recipients else { return };
    let path = path.key("recipients");
    if rate.counts != Counts::Recipients && rate.per != Scope::Recipient || rate.of.paths().is_empty() {
        let help = "`recipients` needs `per: recipient` or `counts: recipients`, and paths in `of`";
        report
            .error(Mistake::BadGeneralRate, At::Key(&path), "no recipients are counted")
            .label("leave it out")
            .help(help);
        return;
    }
    let endpoints = spec.files.iter().flat_map(|file| file.endpoints.values());
    for call in rate.of.paths() {
        if let Some((other, field)) = spec.recipients(call).filter(|(_, field)| field != name) {
            report
                .error(
                    Mistake::BadGeneralRate,
                    At::Value(&path),
                    format!("two rates name different recipients of `{call}`"),
                )
                .label(format!("`{other}` names `{field}`"));
        }
    }
    for endpoint in endpoints.filter(|endpoint| rate.of.paths().iter().any(|path| is_at(endpoint, path))) {
        let call = &endpoint.head.call;
        match endpoint.request.get(name) {
            None => {
                let help = report.did_you_mean(name, endpoint.request.keys().map(String::as_str));
                let message = format!("the request of `{call}` has no field `{name}`");
                report
                    .error(Mistake::UnknownField, At::Value(&path), message)
                    .label("not a field")
                    .help_if(help);
            }
            Some(field) if !names_receivers(&field.ty) => {
                let message = format!("`{name}` of `{call}` can't hold recipients: it is a `{}`", field.ty);
                report
                    .error(Mistake::BadGeneralRate, At::Value(&path), message)
                    .label("expected a `string`, or a `list`, `pipe` or `csv` of strings");
            }
            Some(_) => {}
        }
    }
}

fn is_at(endpoint: &Endpoint, path: &str) -> bool {
    endpoint.head.method_and_path().1 == path
}

fn names_receivers(ty: &TypeExpr) -> bool {
    let text = TypeExpr::Scalar(Scalar::String);
    match ty {
        TypeExpr::Generic(Generic::List | Generic::Pipe | Generic::Csv, item) => **item == text,
        other => *other == text,
    }
}
