//! How often an endpoint may be called, as its page says it.

use super::contents::{Section, plain};
use super::text;

/// The rates of an endpoint.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    /// How many calls in which time.
    pub calls: Vec<(u64, &'static str)>,
    /// The sentences about rates that count something else, or only hold at times.
    pub otherwise: Vec<String>,
    /// The sentences about rates of one of the page's endpoints, or of all.
    pub shared: Vec<String>,
}

impl Rates {
    pub(crate) fn of(section: &Section) -> Self {
        let mut rates = Self::default();
        for line in &section.prose {
            let Some(found) = text::rates(line) else { continue };
            let described = plain(line);
            if text::counts_otherwise(&described) {
                rates.otherwise.push(described);
            } else {
                rates.calls.extend(found);
            }
        }
        rates.calls.dedup();
        let tells = |line: &&String| text::rates(line).is_some_and(|rates| !rates.is_empty());
        rates.shared = section.shared.iter().filter(tells).map(|line| plain(line)).collect();
        rates
    }
}

/// How many calls may be on their way at once, in a line or in the one below its label.
pub(crate) fn at_once(prose: &[String]) -> Option<u32> {
    let labelled = prose.windows(2).filter(|pair| plain(&pair[0]).ends_with([':', '：']));
    let lines = prose.iter().cloned().chain(labelled.map(<[String]>::concat));
    lines.into_iter().find_map(|line| text::concurrency(&line))
}
