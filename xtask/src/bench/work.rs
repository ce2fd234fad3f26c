//! Work for the processor alone: decoding answers and building requests. Counted, not timed.

use super::measurement::{Lab, Measurement};
use super::program::VALGRIND;
use super::report::{Failure, Row, Target};

pub(super) const DECODE: Measurement = Measurement {
    name: "decode",
    title: "Decoding",
    about: "Instructions for decoding the same bytes and freeing the result: compared with structs of the same \
        fields with serde's derive, which accept only documented values, and with `serde_json::Value` (how many \
        times as many it takes). Plain derive uses `from_slice`, as `reqwest` does; \"from text\" does what the \
        crates do: it checks once whether the body is UTF-8 and then uses `from_str`.",
    long: false,
    needs: Some(VALGRIND),
    run: |lab| {
        DECODED.iter().try_fold(Vec::new(), |mut rows, case| {
            let [wecom, by_hand, from_text, value] =
                ["wecom", "by-hand", "by-hand-text", "value"].map(|side| case.instructions(lab, side));
            let wecom = wecom?;
            rows.push(case.row("derive", "instructions", ratio(wecom, by_hand?), Target::AtMost(1.0)));
            rows.push(case.row("derive, from text", "instructions", ratio(wecom, from_text?), Target::Told));
            rows.push(case.row("Value", "speed", ratio(value?, wecom), Target::AtLeast(3.0)));
            Ok(rows)
        })
    },
};

pub(super) const BUILD: Measurement = Measurement {
    name: "build",
    title: "Building requests",
    about: "Instructions for building an `http::Request` with URL, headers and body, compared with \
        `http::Request::builder`, `format!` and `serde_json::to_vec` of derived structs.",
    long: false,
    needs: Some(VALGRIND),
    run: |lab| {
        BUILT.iter().try_fold(Vec::new(), |mut rows, case| {
            let [wecom, by_hand] = ["wecom", "by-hand"].map(|side| case.instructions(lab, side));
            rows.push(case.row("by hand", "instructions", ratio(wecom?, by_hand?), Target::AtMost(1.05)));
            Ok(rows)
        })
    },
};

pub(super) const CALLBACK: Measurement = Measurement {
    name: "callback",
    title: "Callbacks",
    about: "Instructions for a callback, from its query and body to its event: verifying the signature, \
        decrypting the message, and reading it. The handwritten side is `sha1`, `aes` with `cbc`, and \
        `quick-xml` with serde's derive, which reads only documented values.",
    long: false,
    needs: Some(VALGRIND),
    run: |lab| {
        let [wecom, by_hand] = ["wecom", "by-hand"].map(|side| OPENED.instructions(lab, side));
        Ok(vec![OPENED.row("by hand", "instructions", ratio(wecom?, by_hand?), Target::AtMost(1.1))])
    },
};

pub(super) const ALLOCATIONS: Measurement = Measurement {
    name: "allocations",
    title: "Allocations",
    about: "The number of allocations in the work above, counted by `dhat`.",
    long: false,
    needs: None,
    run: |lab| {
        DECODED.iter().chain(BUILT).try_fold(Vec::new(), |mut rows, case| {
            let [wecom, by_hand] = ["wecom", "by-hand"].map(|side| case.allocations(lab, side));
            rows.push(case.row("by hand", "allocations", ratio(wecom?, by_hand?), Target::AtMost(1.0)));
            Ok(rows)
        })
    },
};

/// A piece of work that the measured programs know.
struct Case {
    /// The name in their output.
    id: &'static str,
    /// The name for people.
    name: &'static str,
    /// The number of repetitions, so that differences between them count as they do on average.
    times: &'static str,
}

const DECODED: &[Case] = &[
    Case { id: "decode-sync-msg", name: "`kf/sync_msg`, 1,000 records", times: "3" },
    Case { id: "decode-meeting", name: "`meeting/get_info`", times: "50" },
    Case {
        id: "decode-group-messages",
        name: "`get_group_msg_list_v2`, 100 messages of 9 attachments",
        times: "3",
    },
];

const BUILT: &[Case] = &[
    Case { id: "build-get", name: "`user/get`", times: "50" },
    Case { id: "build-meeting", name: "`meeting/get_info`", times: "50" },
    Case {
        id: "build-group-message",
        name: "`add_msg_template`, 200 recipients, 9 attachments",
        times: "20",
    },
];

const OPENED: Case = Case { id: "open-callback", name: "`create_user`, 1 kB", times: "50" };

impl Case {
    fn instructions(&self, lab: &Lab<'_>, side: &str) -> Result<u64, Failure> {
        lab.programs.instructions("instructions", &[self.id, side, self.times])
    }

    fn allocations(&self, lab: &Lab<'_>, side: &str) -> Result<u64, Failure> {
        lab.programs.number("allocations", &[self.id, side, self.times])
    }

    fn row(&self, against: &str, unit: &'static str, ratio: f64, target: Target) -> Row {
        Row::new(self.name, against, unit, ratio, target)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a ratio needs no more than a few digits")]
pub(super) fn ratio(numerator: u64, denominator: u64) -> f64 {
    numerator as f64 / denominator as f64
}
