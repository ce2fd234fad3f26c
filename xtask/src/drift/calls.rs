//! Compares how an endpoint is called.

use super::comparison::Comparison;
use super::finding::{Finding, Spot};
use super::page::Documented;
use crate::pages::encoding::{Encoding, token};
use crate::pages::phrases::{Counted, Otherwise, Rates, at_once, in_digits, rates};
use crate::pages::{mentions, plain};
use crate::spec::type_expr::{Scalar, TypeExpr};
use crate::spec::{Answer, DriftRule, Endpoint, EndpointRate, File, Part, Scope, Section};

impl Comparison<'_> {
    /// Compares everything about an endpoint except its fields with the page that the spec names.
    pub(super) fn calls(&mut self, file: &File, name: &str, endpoint: &Endpoint, pages: &[Documented<'_>]) {
        let [page, others @ ..] = pages else { return };
        let Documented { read, section, .. } = page;
        let head = &endpoint.head;
        let path = Section::Endpoints.entry(name);
        let encoding = Encoding::of(section);
        let mut found = Vec::new();
        let mut differs = |rule, key: &str, ours: String, theirs: String| {
            let message = format!("the page says `{theirs}`, the spec says `{ours}`");
            let finding = Finding::new(Spot::key(file, &path.key(key)), rule, name, message);
            found.push(finding.says(theirs).seen_at(page.address()));
        };
        let (heading, title) = (section.title.trim(), read.page.title.trim());
        let known = [heading, title].contains(&head.title.as_str()) || is_line(&read.page.text, &head.title);
        // A page with several endpoints has a heading for each.
        let several = read.contents.sections.iter().any(|other| other.path != section.path);
        let shared = several && head.title == title;
        if !known {
            let both = if heading == title { title.to_owned() } else { format!("{title}: {heading}") };
            differs(DriftRule::Title, "title", head.title.clone(), both);
        } else if shared && section.titled && heading != head.title {
            differs(DriftRule::Title, "title", head.title.clone(), heading.to_owned());
        }
        let (method, _) = head.method_and_path();
        if section.method_said && section.method != method {
            differs(DriftRule::Method, "call", method.to_owned(), section.method.clone());
        }
        let words = [
            (DriftRule::Token, "token", head.token.keyword(), token(section).keyword()),
            (DriftRule::Host, "host", head.host.keyword(), encoding.host().keyword()),
            (DriftRule::Body, "body", head.body.keyword(), encoding.body().keyword()),
        ];
        for (rule, key, ours, theirs) in words {
            if ours != theirs {
                differs(rule, key, ours.to_owned(), theirs.to_owned());
            }
        }
        let part = endpoint.request.iter().find(|(_, field)| field.ty == TypeExpr::Scalar(Scalar::File));
        if let (Some(theirs), Some((ours, _))) = (&encoding.file_field, part)
            && theirs != ours
        {
            let [ours, theirs] = [ours, theirs].map(|part| format!("multipart with `{part}`"));
            differs(DriftRule::Body, "body", ours, theirs);
        }
        let theirs = encoding.answer();
        // A page that shows no response doesn't say that it is JSON.
        let said = theirs != Answer::Json || section.shows(Part::Response);
        if said && theirs != head.answer {
            differs(
                DriftRule::Answer,
                "answer",
                head.answer.keyword().to_owned(),
                theirs.keyword().to_owned(),
            );
        }
        let theirs = encoding.partial(section);
        if theirs != head.partial.as_deref() && section.shows(Part::Response) {
            let told = |list: Option<&str>| list.unwrap_or("no list of what failed").to_owned();
            differs(DriftRule::Partial, "partial", told(head.partial.as_deref()), told(theirs));
        }
        let ours: Vec<(u64, &str)> = head.rate.iter().map(numbers).collect();
        let Rates { calls: mut theirs, otherwise } = Rates::of(&section.prose);
        for other in &otherwise {
            if let Some((ours, theirs)) = self.counted_otherwise(endpoint, other) {
                differs(DriftRule::Rate, "rate", ours, theirs);
            }
        }
        theirs.extend(otherwise.iter().flat_map(|other| &other.rates).filter(|rate| ours.contains(rate)));
        // It isn't always clear to which endpoint of a page a rate applies, and what it counts.
        let said = if theirs.is_empty() { read.contents.rates() } else { &theirs };
        // The notes may mention rates that count something else, and a rate above all endpoints may apply to another
        // one.
        let untold = |rate: &(u64, &str)| {
            !ours.contains(rate)
                && !self.is_told(read.page.id, endpoint, *rate)
                && !self.is_general(endpoint, *rate)
        };
        let own = if ours.is_empty() { said } else { &theirs };
        let general = |rate: &(u64, &str)| self.is_general(endpoint, *rate);
        // One sentence states all rates of a call.
        let partly = section
            .prose
            .iter()
            .filter_map(|line| rates(line))
            .any(|stated| stated.iter().any(|rate| ours.contains(rate)) && stated.iter().any(untold));
        let lacking = ours.is_empty() && !theirs.iter().all(general) || own.iter().any(untold) || partly;
        if head
            .rate
            .iter()
            .any(|rate| !said.contains(&numbers(rate)) && !stated_otherwise(rate, page, others))
            || lacking
        {
            differs(DriftRule::Rate, "rate", told(&ours), told(said));
        }
        let theirs = at_once(&section.prose);
        let shared = section.shared.at_once;
        if head.concurrency != theirs && (theirs.is_some() || shared.is_none() || head.concurrency != shared)
        {
            let told =
                |number: Option<u32>| number.map_or("no limit".to_owned(), |number| number.to_string());
            differs(DriftRule::Concurrency, "concurrency", told(head.concurrency), told(theirs));
        }
        self.found.extend(found);
    }
}

impl Comparison<'_> {
    /// Returns whether a general rate of an endpoint's path is this one.
    fn is_general(&self, endpoint: &Endpoint, (calls, per): (u64, &str)) -> bool {
        let (_, path) = endpoint.head.method_and_path();
        let table = self.spec.rates.iter().flat_map(|rates| rates.rates.values());
        let mut rates =
            table.filter(|rate| rate.of.paths().iter().any(|of| of == path)).flat_map(|of| &of.rate);
        rates.any(|rate| u64::from(rate.calls) == calls && rate.per.keyword() == per)
    }

    /// Returns what the spec says of rates that count something else, and what the page does, if they differ: numbers that
    /// only notes mention are kept by no client.
    fn counted_otherwise(&self, endpoint: &Endpoint, other: &Otherwise) -> Option<(String, String)> {
        let all = &other.rates;
        // Two rates may have the same numbers, and count different things.
        let own = |rate: &(u64, &str)| {
            let same = |own: &&EndpointRate| numbers(own) == *rate;
            endpoint.head.rate.iter().filter(same).collect::<Vec<_>>()
        };
        let fits = |own: &EndpointRate| match other.counts {
            Counted::Company => own.scope == Scope::Company,
            Counted::Provider => own.scope == Scope::Provider,
            Counted::Shared => own.shared.is_some(),
            Counted::Else => !own.is_plain(),
        };
        let is_general = |rate: &(u64, &str)| self.is_general(endpoint, *rate);
        let has_all = all.iter().all(|rate| !own(rate).is_empty() || is_general(rate));
        // A sentence may have a plain rate beside one that counts something else.
        let has_one = all.iter().any(|rate| own(rate).into_iter().any(fits) || is_general(rate));
        (!(has_all && has_one)).then(|| {
            let how = match other.counts {
                Counted::Company => "of a company",
                Counted::Provider => "of a service provider",
                Counted::Shared => "shared",
                Counted::Else => "not of calls alone",
            };
            ("no such rate".to_owned(), format!("{}, {how}", told(all)))
        })
    }

    /// Returns whether an endpoint of a document has a rate, or mentions its number in words. One with other rates has
    /// this one, too, or it is none of its own.
    fn is_told(&self, id: u32, own: &Endpoint, (calls, per): (u64, &str)) -> bool {
        let endpoints = self.spec.files.iter().flat_map(|file| file.endpoints.values());
        let mut endpoints = endpoints.filter(|endpoint| endpoint.head.doc.ids().any(|own| own == id));
        endpoints.any(|endpoint| {
            let mut rates = endpoint.head.rate.iter();
            rates.any(|rate| u64::from(rate.calls) == calls && rate.per.keyword() == per)
                || tells(endpoint, calls) && (endpoint.head.rate.is_empty() || !std::ptr::eq(endpoint, own))
        })
    }
}

fn numbers(rate: &EndpointRate) -> (u64, &'static str) {
    (u64::from(rate.calls), rate.per.keyword())
}

/// Returns whether another page of the endpoint states a rate, for the apps whose page it is, or whether its own page counts
/// things instead of calls.
fn stated_otherwise(rate: &EndpointRate, page: &Documented<'_>, others: &[Documented<'_>]) -> bool {
    let has_number = |line: &String| mentions(&in_digits(line), &rate.calls.to_string());
    let states = |other: &Documented<'_>| {
        let Rates { calls, otherwise } = Rates::of(&other.section.prose);
        let all = calls.iter().chain(otherwise.iter().flat_map(|other| &other.rates));
        all.chain(other.read.contents.rates()).any(|stated| *stated == numbers(rate))
    };
    !rate.counts.is_empty() && page.section.prose.iter().any(has_number)
        || (rate.only.is_some() || rate.scope == Scope::Provider) && others.iter().any(states)
}

fn told(rates: &[(u64, &str)]) -> String {
    let rates = rates.iter().map(|(calls, per)| format!("{calls} per {per}"));
    let rates = rates.collect::<Vec<String>>().join(", ");
    if rates.is_empty() { "no rate".to_owned() } else { rates }
}

/// Returns whether the descriptions of an endpoint or of one of its fields contain a number.
fn tells(endpoint: &Endpoint, number: u64) -> bool {
    let fields = endpoint.request.values().chain(endpoint.response.values()).map(|field| field.doc.as_str());
    let words =
        endpoint.head.notes.as_deref().into_iter().chain([endpoint.head.summary.as_str()]).chain(fields);
    words.into_iter().any(|text| mentions(&text.replace(',', ""), &number.to_string()))
}

/// Returns whether a text is a line of a page, such as a heading, apart from its number and its markup.
pub(super) fn is_line(page: &str, text: &str) -> bool {
    let numbered = |c: char| c.is_ascii_digit() || c == '.' || c.is_whitespace();
    let own = |line: &str| plain(line).trim_start_matches(numbered).trim_end_matches([':', '：']) == text;
    page.lines().any(own)
}
