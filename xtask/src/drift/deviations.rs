//! The differences that the spec accepts, and those that it accepts needlessly.

use super::comparison::Comparison;
use super::finding::{Finding, Spot};
use crate::spec::source::Path;
use crate::spec::{Deviation, DriftRule};

impl Comparison<'_> {
    /// Removes the differences that the spec accepts, and reports those that it accepts needlessly.
    pub(super) fn accept(&mut self) {
        let files = self.spec.files.iter().map(|file| (file.source, &file.root, &file.deviations));
        let codes = self.spec.codes.iter().map(|codes| (codes.source, &codes.root, &codes.deviations));
        let rates = self.spec.rates.iter().map(|rates| (rates.source, &rates.root, &rates.deviations));
        let mut needless = Vec::new();
        for (file, root, deviations) in files.chain(codes).chain(rates) {
            for (index, deviation) in deviations.iter().enumerate() {
                let before = self.found.len();
                self.found.retain(|found| {
                    found.shown || !(is_about(deviation, file, found) && found.page == deviation.page)
                });
                if self.found.len() == before {
                    let path = Path::of(["deviations"]).index(index);
                    needless.push((Spot::of(file, root.find(&path)), deviation));
                }
            }
        }
        // The findings left at this point are accepted by no deviation.
        let told = needless.into_iter().map(|(spot, deviation)| {
            let other = self.found.iter().find(|found| is_about(deviation, spot.file, found));
            no_longer(spot, deviation, other)
        });
        let told: Vec<Finding> = told.collect();
        self.found.extend(told);
    }
}

/// Returns whether a deviation would accept a finding if the page said what the deviation quotes.
fn is_about(deviation: &Deviation, file: usize, found: &Finding) -> bool {
    // A field may have several limits: `max: 9`, `no min`.
    let key = |page: &Option<String>| {
        let page = page.as_deref().filter(|_| deviation.rule == DriftRule::FieldLimit).unwrap_or_default();
        page.trim_start_matches("no ").split(':').next().unwrap_or_default().to_owned()
    };
    found.spot.file == file
        && found.rule == Some(deviation.rule)
        && found.at == deviation.at
        && key(&found.page) == key(&deviation.page)
}

/// Words the finding about an accepted deviation that doesn't exist.
fn no_longer(spot: Spot, deviation: &Deviation, other: Option<&Finding>) -> Finding {
    let Deviation { rule, at, page, .. } = deviation;
    if let Some(found) = other.filter(|found| found.shown) {
        let name = at.rsplit('.').next().unwrap_or(at);
        let message =
            format!("an example shows `{name}`: add it as a field or as `misspelt`; it can't be a deviation");
        let finding = Finding::new(spot, None::<DriftRule>, format!("{at} ({})", rule.keyword()), message);
        return finding.seen_at(found.line);
    }
    let now = match other.map(|found| found.page.as_deref()) {
        Some(Some(says)) => format!("the page now says `{says}`"),
        Some(None) => "this difference has no quotation: remove `page`".to_owned(),
        None => "there is no such difference".to_owned(),
    };
    let message = format!("this deviation no longer applies: {now}");
    let finding = Finding::new(spot, None::<DriftRule>, format!("{at} ({})", rule.keyword()), message);
    finding.says(page.clone()).seen_at(other.and_then(|found| found.line))
}
