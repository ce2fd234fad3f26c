//! Wordings for the states of a job.

/// The outcome of a job that a status reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Continues,
    Done,
    Failed,
}

impl Outcome {
    /// Reads the label of a status; one for all jobs that are over doesn't say how they ended.
    pub(crate) fn of(label: &str) -> Option<Self> {
        let has = |words: &[&str]| words.iter().any(|word| label.contains(word));
        if has(&[
            "未完成",
            "未结束",
            "未开始",
            "未处理",
            "开始",
            "等待",
            "排队",
            "进行中",
            "处理中",
            "执行中",
        ]) {
            return Some(Self::Continues);
        }
        match (has(&["完成", "成功", "结束"]), has(&["失败", "异常", "错误"])) {
            (true, false) => Some(Self::Done),
            (false, true) => Some(Self::Failed),
            _ => None,
        }
    }

    /// Returns what a job with this status does.
    pub(crate) const fn told(self) -> &'static str {
        match self {
            Self::Continues => "continues",
            Self::Done => "is done",
            Self::Failed => "has failed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Outcome::{self, Continues, Done, Failed};

    #[test]
    fn a_label_says_what_became_of_a_job() {
        for (label, expected) in [
            ("任务开始", Some(Continues)),
            ("处理中", Some(Continues)),
            ("未完成", Some(Continues)),
            ("已完成", Some(Done)),
            ("异常失败", Some(Failed)),
            ("任务结束，成功或失败", None),
            ("其他", None),
        ] {
            assert_eq!(Outcome::of(label), expected, "{label}");
        }
    }
}
