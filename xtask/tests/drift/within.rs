//! Reports where the spec contradicts itself.

use crate::{SPEC, report, told};

/// Returns the findings about the spec with additions, except those that its pages cause.
fn told_within(fields: &str, structs: &str, others: &str) -> Vec<String> {
    let fields = format!("{fields}      ready_at: {{");
    let structs = format!("structs:\n{structs}");
    let edits = [
        (SPEC, "      ready_at: {", fields.as_str()),
        (SPEC, "structs:\n", structs.as_str()),
        (SPEC, "      black: Black\n", &*format!("      black: Black\n{others}")),
    ];
    let mut told = told(&report(&edits));
    told.retain(|told| {
        ["type-across", "name-across", "type-twice", "variant-required"]
            .iter()
            .any(|rule| told.starts_with(rule))
    });
    told
}

/// Returns a struct with these fields, whose names end in `?` if they may be absent.
fn structure(name: &str, fields: &[(&str, &str)]) -> String {
    let fields =
        fields.iter().map(|(name, ty)| format!("      {name}: {{ type: {ty}, doc: \"Of tea.\" }}\n"));
    format!("  {name}:\n    doc: Tea.\n    fields:\n{}", fields.collect::<String>())
}

/// Returns a response field of this type.
fn held(ty: &str) -> String {
    format!("      more_{}?: {{ type: {ty}, doc: \"More.\" }}\n", ty.to_lowercase())
}

#[test]
fn one_name_is_written_in_one_way_within_a_family() {
    for (name, ty, expected) in [
        ("name", "uint", "type-across Pot.name: string"),
        ("ready_at", "uint", "type-across Pot.ready_at: timestamp"),
        ("lid", "flag", "type-across Cup.lid: flag"),
    ] {
        let told = told_within(&held("Pot"), &structure("Pot", &[(name, ty)]), "");
        assert_eq!(told, [expected]);
    }
    let agreeing = [("size", "int"), ("name", "list<uint>"), ("order_id", "secret")];
    assert_eq!(told_within(&held("Pot"), &structure("Pot", &agreeing), ""), [""; 0]);
}

#[test]
fn one_value_has_one_name_and_one_thing_is_one_type() {
    let listed = |name: &str, values: &str| {
        format!("  {name}:\n    doc: Tea.\n    repr: string\n    values: {{ {values} }}\n")
    };
    let cold = listed("Cold", "green: Verde, iced: Iced");
    assert_eq!(told_within(&held("Cold"), "", &cold), ["name-across Cold.green: Green"]);
    let again = listed("Leaf", "green: Green, black: Black");
    assert_eq!(told_within(&held("Leaf"), "", &again), ["name-across Leaf: TeaKind"]);
    let numbers = |values: &str| {
        listed("Warmth", "1: Cold, 2: Hot").replace("string", "int")
            + &listed("Heat", values).replace("string", "int")
    };
    let fields = held("Warmth") + &held("Heat");
    let swapped = ["name-across Heat.1: Cold", "name-across Heat.2: Hot"];
    assert_eq!(told_within(&fields, "", &numbers("1: Hot, 2: Cold")), swapped);
    assert_eq!(
        told_within(&fields, "", &numbers("1: Hot, 2: Boiling")),
        [""; 0],
        "numbers stand for anything"
    );

    let twice = structure("Mug", &[("size", "uint"), ("lid?", "bool")]);
    assert_eq!(told_within(&held("Mug"), &twice, ""), ["type-twice Cup: Mug"]);
    let limited = twice.replace("type: uint", "type: uint, max: 9");
    assert_eq!(told_within(&held("Mug"), &limited, ""), [""; 0]);
}

#[test]
fn variants_that_come_back_agree_in_what_may_be_absent() {
    let union =
        "\nunions:\n  Drink:\n    doc: A drink.\n    tag: kind\n    variants: { hot: Hot, iced: Iced }\n";
    let variants = |third: &str| {
        structure("Hot", &[("a", "uint"), ("b", "uint"), ("c", "uint"), ("d", "uint")])
            + &structure("Iced", &[("a", "uint"), ("b", "uint"), (third, "uint"), ("e", "uint")])
    };
    assert_eq!(told_within(&held("Drink"), &variants("c?"), union), ["variant-required Iced.c: Hot"]);
    assert_eq!(told_within(&held("Drink"), &variants("c"), union), [""; 0]);
    assert_eq!(told_within(&held("Drink"), &variants("f?"), union), [""; 0]);
}
