use wecom_models::{Csv, Timestamp};

use super::*;

/// Returns the findings of the checks as text.
fn found(checks: impl FnOnce(&mut Checker)) -> Vec<String> {
    let mut checker = Checker::default();
    checks(&mut checker);
    checker.found.iter().map(ToString::to_string).collect()
}

const NOTHING: [&str; 0] = [];

#[test]
fn text_of_another_form_is_refused_and_never_shown() {
    let check = |id: Option<&str>| {
        let id = id.map(str::to_owned);
        found(|checker| checker.pattern("id", &id, pattern!("^[0-9A-Za-z_-]*$")))
    };
    assert_eq!(check(None), NOTHING);
    assert_eq!(check(Some("lunch-12_b")), NOTHING);
    let refused = "`id` must match `^[0-9A-Za-z_-]*$`";
    for id in ["lunch 12", "午餐", "lunch-12\n", "a.b"] {
        assert_eq!(check(Some(id)), [refused], "{id:?}");
    }
}

#[test]
fn a_chinese_character_is_as_wide_as_two_others() {
    let check = |text: &str| found(|checker| checker.max_width("title", &text.to_owned(), 6));
    assert_eq!(check("周报Q3"), NOTHING);
    assert_eq!(check("summer"), NOTHING);
    let refused = "`title` must be at most 6 characters long, counting a Chinese character as two, but has 7";
    assert_eq!(check("周报Q3！"), [refused.replace("has 7", "has 8")]);
    assert_eq!(check("summers"), [refused]);
}

#[test]
fn exclusive_limits_and_fractions_are_held_to_the_last_digit() {
    let check = |ratio: f64| {
        found(|checker| {
            checker.exclusive_min("ratio", &ratio, 1.3);
            checker.exclusive_max("ratio", &Some(ratio), 2.25);
        })
    };
    assert_eq!(check(1.31), NOTHING);
    assert_eq!(check(1.3), ["`ratio` must be greater than 1.3, but is 1.3"]);
    assert_eq!(check(2.25), ["`ratio` must be less than 2.25, but is 2.25"]);
    let whole = found(|checker| {
        checker.exclusive_min("count", &u64::MAX, i64::MAX);
        checker.exclusive_max("count", &i64::MAX, i64::MAX);
    });
    assert_eq!(whole, ["`count` must be less than 9223372036854775807, but is 9223372036854775807"]);
    assert_eq!(check(f64::NAN).len(), 2);
}

#[test]
fn items_that_are_there_twice_are_refused() {
    let check = |tags: &Option<Csv<String>>| found(|checker| checker.unique_items("tags", tags));
    assert_eq!(check(&None), NOTHING);
    assert_eq!(check(&Some(["a", "b"].into())), NOTHING);
    assert_eq!(check(&Some(["a", "b", "a"].into())), ["`tags` must not contain duplicates"]);
}

#[test]
fn what_is_no_multiple_is_refused() {
    let whole = |number: i64| found(|checker| checker.multiple_of("seconds", &Some(number), 60));
    assert_eq!(whole(-120), NOTHING);
    assert_eq!(whole(0), NOTHING);
    assert_eq!(whole(90), ["`seconds` must be a multiple of 60, but is 90"]);
    assert_eq!(found(|checker| checker.multiple_of("seconds", &None::<u64>, 60)), NOTHING);
    assert_eq!(found(|checker| checker.multiple_of("hours", &4.0, 2)), NOTHING);
    let fraction = found(|checker| checker.multiple_of("hours", &4.5, 2));
    assert_eq!(fraction, ["`hours` must be a multiple of 2, but is 4.5"]);
}

#[test]
fn a_number_is_one_of_those_that_are_allowed() {
    let check = |seconds: Option<i64>| found(|checker| checker.one_of("seconds", &seconds, &[0, -300, 900]));
    for allowed in [None, Some(0), Some(-300), Some(900)] {
        assert_eq!(check(allowed), NOTHING);
    }
    assert_eq!(check(Some(300)), ["`seconds` must be one of 0, -300, 900, but is 300"]);
    assert_eq!(found(|checker| checker.one_of("type", &2_u64, &[1])), ["`type` must be 1, but is 2"]);
    assert_eq!(found(|checker| checker.one_of("hours", &900.0, &[900])), NOTHING);
    assert_eq!(
        found(|checker| checker.one_of("hours", &0.5, &[0, 1])),
        ["`hours` must be one of 0, 1, but is 0.5"]
    );
}

#[test]
fn one_value_in_two_items_is_refused_without_telling_it() {
    let check = |values: &[&str]| {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        found(|checker| checker.unique("buttons.key", &values.iter().collect::<Vec<_>>()))
    };
    assert_eq!(check(&[]), NOTHING);
    assert_eq!(check(&["yes", "no"]), NOTHING);
    assert_eq!(check(&["yes", "no", "yes"]), ["`buttons.key` must be different in each item"]);
}

#[test]
fn limits_of_items_name_the_item() {
    let words = Some(vec!["tea".to_owned(), "coffee".to_owned()]);
    let wishes = BTreeMap::from([("cake".to_owned(), "plenty of it".to_owned())]);
    let found = found(|checker| {
        checker.each("words", &words, |checker, item| checker.max_chars("", item, 5));
        checker.each("wishes", &wishes, |checker, item| checker.max_chars("", item, 5));
    });
    let expected = [
        "`words[1]` must be at most 5 characters long, but has 6",
        "`wishes[cake]` must be at most 5 characters long, but has 12",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_length_is_counted_as_people_do() {
    let two = vec!["tea", "coffee"];
    let check = found(|checker| {
        checker.max_items("words", &two, 1);
        checker.min_items("words", &two, 3);
        checker.min_items("words", &Vec::<String>::new(), 1);
        checker.min_chars("word", &String::new(), 1);
        checker.max_chars("word", &"tea".to_owned(), 1);
        checker.max_bytes("word", &"茶".to_owned(), 2);
    });
    let expected = [
        "`words` must have at most 1 item, but has 2",
        "`words` must have at least 3 items, but has 2",
        "`words` must not be empty",
        "`word` must not be empty",
        "`word` must be at most 1 character long, but has 3",
        "`word` must be at most 2 bytes long, but has 3",
    ];
    assert_eq!(check, expected);
}

#[test]
fn a_span_is_in_days_hours_minutes_and_seconds() {
    let from = 1_554_220_800;
    let check = |seconds: i64| {
        let (from, to) = (Timestamp::from_unix(from), Timestamp::from_unix(from + seconds));
        found(|checker| checker.max_span(("from", &from), ("to", &to), 30))
    };
    let day = 24 * 60 * 60;
    assert_eq!(check(0), NOTHING);
    assert_eq!(check(30 * day), NOTHING);
    let refused = |actual: &str| [format!("`to` must be 0 to 30 days after `from`, but is {actual}")];
    assert_eq!(check(-60 * 60), refused("1 hour before it"));
    assert_eq!(check(31 * day), refused("31 days after it"));
    assert_eq!(check(30 * day + 1), refused("30 days 1 second after it"));
    assert_eq!(check(-(2 * day + 90)), refused("2 days 1 minute 30 seconds before it"));
}

#[test]
fn whole_days_are_those_of_beijing() {
    // 2019-04-03 00:00 in Beijing, and an hour before the next day.
    let (midnight, evening) = (1_554_220_800, 1_554_303_600);
    let day = 24 * 60 * 60;
    let check = |from: i64, to: i64| {
        let (from, to) = (Timestamp::from_unix(from), Some(Timestamp::from_unix(to)));
        found(|checker| checker.max_whole_days(("from", &from), ("to", &to), 30))
    };
    assert_eq!(check(evening, midnight), NOTHING, "both are the same day");
    assert_eq!(check(midnight, evening + 30 * day), NOTHING, "30 days and 23 hours are 30 days");
    assert_eq!(
        check(evening, evening + 30 * day + 60 * 60),
        [
            "`to` must be 0 to 30 days after `from`, counting calendar days in Beijing, but is 31 days after it"
        ]
    );
    assert_eq!(
        check(midnight, midnight - 1),
        ["`to` must be 0 to 30 days after `from`, counting calendar days in Beijing, but is 1 day before it"]
    );
}

#[test]
fn the_order_of_numbers_and_times_is_held() {
    let check = |begin: Option<u64>, end: Option<i64>| {
        found(|checker| {
            checker.order(("begin", &begin), ("end", &end));
            checker.strict_order(("begin", &begin), ("end", &end));
        })
    };
    assert_eq!(check(Some(1), Some(2)), NOTHING);
    assert_eq!(check(Some(1), None), NOTHING);
    assert_eq!(check(None, Some(-1)), NOTHING);
    assert_eq!(check(Some(2), Some(2)), ["`end` must be greater than `begin`, but is 2"]);
    assert_eq!(
        check(Some(2), Some(-1)),
        ["`end` must be at least `begin`, but is -1", "`end` must be greater than `begin`, but is -1"]
    );
    let (early, late) = (Timestamp::from_unix(10), Timestamp::from_unix(20));
    assert_eq!(
        found(|checker| checker.order(("late", &late), ("early", &early))),
        ["`early` must be at least `late`, but is 10"]
    );
}

#[test]
fn a_difference_has_limits_where_both_numbers_are_there() {
    let check = |from: Option<u64>, to: Option<u64>| {
        found(|checker| {
            let difference = difference(&from, &to);
            checker.one_of("to - from", &difference, &[0, 300]);
            checker.min("to - from", &difference, 0);
        })
    };
    assert_eq!(check(Some(100), Some(400)), NOTHING);
    assert_eq!(check(Some(100), None), NOTHING);
    assert_eq!(check(None, Some(100)), NOTHING);
    assert_eq!(check(Some(100), Some(200)), ["`to` minus `from` must be one of 0, 300, but is 100"]);
    assert_eq!(
        check(Some(u64::MAX), Some(0)),
        [
            "`to` minus `from` must be one of 0, 300, but is -18446744073709551615",
            "`to` minus `from` must be at least 0, but is -18446744073709551615"
        ]
    );
    let (early, late) = (Timestamp::from_unix(10), Timestamp::from_unix(20));
    let seconds = difference(&early, &late);
    assert_eq!(
        found(|checker| checker.exclusive_min("late - early", &seconds, 60)),
        ["`late` minus `early` must be greater than 60, but is 10"]
    );
}

#[test]
fn fields_that_belong_together_are_all_set_or_none() {
    let check = |rows: bool, columns: bool| {
        found(|checker| checker.both_or_neither(&[("rows", rows), ("columns", columns)]))
    };
    assert_eq!(check(true, true), NOTHING);
    assert_eq!(check(false, false), NOTHING);
    assert_eq!(check(true, false), ["set all of `rows`, `columns`, or none (only `rows` is set)"]);
}

#[test]
fn a_group_of_fields_says_which_ones_to_set() {
    let fields = |first: bool, second: bool| [("touser", first), ("toparty", second)];
    assert_eq!(
        found(|checker| checker.at_least_one(&fields(false, false))),
        ["set at least one of `touser`, `toparty`"]
    );
    assert_eq!(
        found(|checker| checker.exactly_one(&fields(false, false))),
        ["set one of `touser`, `toparty`"]
    );
    assert_eq!(
        found(|checker| checker.at_most_one(&fields(true, true))),
        ["set at most one of `touser`, `toparty` (`touser` and `toparty` are set)"]
    );
    assert_eq!(
        found(|checker| checker.exactly_one(&fields(true, true))),
        ["set only one of `touser`, `toparty` (`touser` and `toparty` are set)"]
    );
}

#[test]
fn an_empty_list_is_not_set() {
    assert!(!has_items(&None::<Vec<u64>>));
    assert!(!has_items(&Some(Vec::<u64>::new())));
    assert!(has_items(&Some(vec![1_u64])));
    assert!(!has_items(&Csv::<String>::default()));
}

#[test]
fn an_error_says_what_makes_a_field_necessary_or_rules_it_out() {
    let check = |set: bool, when: When| {
        found(|checker| {
            checker.required_when(("url", set), ("kind", when), true);
            checker.forbidden_when(("url", set), ("kind", when), true);
            checker.required_when(("url", set), ("kind", when), false);
            checker.forbidden_when(("url", set), ("kind", when), false);
        })
    };
    assert_eq!(check(false, When::Is(&["1", "2"])), ["set `url` when `kind` is 1 or 2"]);
    assert_eq!(check(true, When::Set), ["omit `url` when `kind` is set"]);
    assert_eq!(
        check(false, When::Has("has at least 2 items")),
        ["set `url` when `kind` has at least 2 items"]
    );
}

#[test]
fn values_are_compared_as_they_are_on_the_wire() {
    assert!(is_one_of(&true, &["1"]));
    assert!(is_one_of(&"view", &["click", "view"]));
    assert!(is_one_of(&7_u64, &["7"]));
    assert!(!is_one_of(&7_u64, &["70"]));
}

#[test]
fn numbers_are_added_and_multiplied_without_overflow() {
    let none = None::<AnyNumber>;
    let numbers = |numbers: &[i64]| -> Vec<Option<AnyNumber>> {
        numbers.iter().map(|number| Some((*number).into())).collect()
    };
    let check = |values: &[i64]| {
        let values = numbers(values);
        found(|checker| {
            checker.sum("a, b", &values, Total::Max(1000), &none);
            checker.product("a, b", &values, Total::Max(1000), &none);
        })
    };
    assert_eq!(check(&[40, 25]), NOTHING);
    assert_eq!(check(&[40, 26]), ["the product of `a`, `b` must be at most 1000, but is 1040"]);
    assert_eq!(check(&[i64::MAX, i64::MAX, i64::MAX]).len(), 2);
    let some = [Some(AnyNumber::from(2000)), None];
    assert_eq!(found(|checker| checker.product("a, b", &some, Total::Max(1000), &none)), NOTHING);
    assert_eq!(
        found(|checker| checker.sum("a, b", &[None, None], Total::Min(1), &none)),
        ["the sum of `a`, `b` must be at least 1, but is 0"]
    );
}

#[test]
fn the_items_of_several_lists_are_counted_together() {
    let check = |lists: &[Option<Vec<u64>>]| {
        let counts: Vec<Option<AnyNumber>> = lists.iter().map(count).collect();
        let none = None::<AnyNumber>;
        found(|checker| checker.total_items("chains.people", &counts, Total::Max(3), &none))
    };
    assert_eq!(check(&[]), NOTHING);
    assert_eq!(check(&[Some(vec![1, 2]), None, Some(vec![3])]), NOTHING);
    assert_eq!(
        check(&[Some(vec![1, 2]), Some(vec![3, 4])]),
        ["the number of all items in `chains.people` must be at most 3, but is 4"]
    );
}

#[test]
fn a_total_is_what_its_field_says_if_that_is_set() {
    let tenths = [Some(AnyNumber::from(0.1)), Some(AnyNumber::from(0.2))];
    let check =
        |total: Option<f64>| found(|checker| checker.sum("price", &tenths, Total::Is("total"), &total));
    assert_eq!(check(None), NOTHING);
    assert_eq!(check(Some(0.3)), NOTHING);
    assert_eq!(check(Some(0.4)), ["the sum of `price` must be `total`, but is 0.30000000000000004"]);
}

#[test]
fn limits_decide_whether_they_are_kept() {
    let list = vec![1_u64];
    assert!(!Checker::accepts(|checker| checker.min_items("", &list, 2)));
    assert!(Checker::accepts(|checker| checker.min_items("", &list, 1)));
}
