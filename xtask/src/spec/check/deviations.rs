//! Checks of deviations: places where a spec differs from its pages on purpose. Whether the pages really differ is
//! checked by `cargo xtask drift`.

use std::collections::BTreeSet;

use crate::spec::Deviation;
use crate::spec::diagnostic::{At, Reporter};
use crate::spec::mistakes::Mistake;
use crate::spec::source::Path;

/// Checks the deviations of a file with some endpoints and types.
pub(super) fn check<'a>(
    report: &mut Reporter<'_>,
    deviations: &[Deviation],
    places: impl Iterator<Item = &'a str>,
) {
    let places: BTreeSet<&str> = places.collect();
    for (index, deviation) in deviations.iter().enumerate() {
        let path = Path::of(["deviations"]).index(index);
        report.described(&path.key("reason"), &deviation.reason);
        let place = deviation.at.split('.').next().unwrap_or_default();
        if !places.contains(place) {
            let message = format!("nothing in this file is called `{place}`");
            let help = report.did_you_mean(place, places.iter().copied());
            let label = "neither an endpoint nor a type";
            report
                .error(Mistake::BadDeviation, At::Value(&path.key("at")), message)
                .label(label)
                .help_if(help);
        }
        let same = |other: &&Deviation| {
            (other.rule, &other.at, &other.page) == (deviation.rule, &deviation.at, &deviation.page)
        };
        if deviations[..index].iter().any(|other| same(&other)) {
            let message = format!("`{}` is accepted twice", deviation.at);
            report
                .error(Mistake::BadDeviation, At::Value(&path.key("at")), message)
                .label("remove one of them");
        }
    }
}
