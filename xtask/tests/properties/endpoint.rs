//! The endpoints of a consistent file: their requests and responses.

use crate::chapter::{Chapter, Endpoint, Field, Ty, Type};
use crate::plan::{EndpointPlan, Sent};

impl Chapter<'_> {
    pub(crate) fn endpoint(&self, name: String, plan: &EndpointPlan, first: bool) -> Endpoint {
        let &EndpointPlan { sent, token, ruled, signed, .. } = plan;
        let answer = if first { "json" } else { plan.answer };
        let flat = |ty: &Ty| match ty {
            Ty::Scalar(scalar) => *scalar != "any",
            Ty::Generic(generic, _) => ["pipe", "csv"].contains(generic),
            Ty::Named(index) => matches!(self.made(*index), Type::Ints(_) | Type::Strings(_)),
        };
        let mut request = self.fields(&plan.request, None, |ty| sent == Sent::Json || flat(ty));
        for field in &mut request {
            if sent == Sent::Query || field.embed || !flat(&field.ty) {
                field.place = "body";
            }
        }
        let mut response = self.fields(&plan.response, None, |ty| answer != "xml" || flat(ty));
        response.retain(|field| {
            let unshown = answer == "file_or_json" && field.shown.is_some();
            answer != "file" && !unshown && !["errcode", "errmsg"].contains(&field.wire.as_str())
        });
        for field in &mut response {
            field.place = "body";
        }
        let (mut sends, mut gets) = (Vec::new(), Vec::new());
        let mut more = format!("    token: {token}\n    answer: {answer}\n");
        if sent == Sent::Form {
            more += "    body: multipart\n";
            sends.push(field("photo", Ty::Scalar("file"), false));
            sends.push(field("sketch", Ty::Scalar("file"), true));
        }
        if sent == Sent::Xml {
            more += "    body: xml\n    host: merchant\n";
        }
        if first {
            // Makes sure that every type is used somewhere.
            let used = |index| {
                field(&format!("every_{index}"), Ty::Named(index), self.salt(index).is_multiple_of(2))
            };
            gets.extend((0..self.plan.types.len()).map(used));
        }
        let safe = self.salt(0).is_multiple_of(3);
        if safe {
            more += "    rate: [{ calls: 5, per: second }, { calls: 100, per: day }]\n";
        }
        if ruled {
            let (decides, is) =
                [("string", "[one, two]"), ("uint", "[1, 2]"), ("bool", "[true]")][self.salt(2) % 3];
            more += &format!(
                "    rules:\n      - max_span: {{ from: rule_from, to: rule_to, days: 31 }}\n      \
                     - exactly_one: [rule_a, rule_b]\n      - at_least_one: [rule_a, rule_c]\n      \
                     - at_most_one: [rule_b, rule_c]\n      \
                     - required_when: {{ field: rule_c, when: rule_when, is: {is} }}\n"
            );
            sends.push(field("rule_from", Ty::Scalar("timestamp"), false));
            sends.push(field("rule_to", Ty::Scalar("timestamp"), self.salt(1).is_multiple_of(2)));
            sends.push(Field { shown: Some(true), ..field("rule_a", Ty::Scalar("string"), true) });
            sends.push(Field { shown: Some(false), ..field("rule_b", Ty::Scalar("uint"), true) });
            sends.push(Field { shown: Some(true), ..field("rule_c", Ty::Scalar("bool"), true) });
            sends.push(field("rule_when", Ty::Scalar(decides), false));
        }
        if signed {
            more += "    sign: { nonce: sign_nonce, ts: sign_ts, sig: sign_sig }\n";
            sends.push(field("sign_nonce", Ty::Scalar("string"), false));
            sends.push(field("sign_ts", Ty::Scalar("timestamp"), false));
            sends.push(field("sign_sig", Ty::Scalar("string"), false));
        }
        if plan.paged && answer == "json" {
            let cursor = Ty::Scalar(["string", "uint", "int"][self.salt(3) % 3]);
            let counted = !self.salt(3).is_multiple_of(3) && self.salt(8).is_multiple_of(2);
            let start = ["cursor: page_cursor, next: page_next", "offset: page_cursor, limit: page_limit"]
                [usize::from(counted)];
            let rest = ["more", "end"][self.salt(9) % 2];
            let items = if counted || self.salt(10).is_multiple_of(2) { ", items: page_items" } else { "" };
            more += &format!("    pagination: {{ {start}, {rest}: page_more{items} }}\n");
            let whether = Ty::Scalar(["flag", "bool"][self.salt(4) % 2]);
            let items = Ty::Generic("list", Box::new(Ty::Scalar("any")));
            sends.push(field("page_limit", Ty::Scalar("uint"), self.salt(11).is_multiple_of(2)));
            sends.push(field("page_cursor", cursor.clone(), self.salt(12).is_multiple_of(2)));
            gets.push(field("page_next", cursor, self.salt(5).is_multiple_of(2)));
            gets.push(field("page_more", whether, self.salt(6).is_multiple_of(2)));
            gets.push(field("page_items", items, self.salt(7).is_multiple_of(2)));
        }
        request.extend(sends);
        response.extend(gets);
        Endpoint { safe, name, sent, answer, more, request, response }
    }
}

fn field(wire: &str, ty: Ty, optional: bool) -> Field {
    Field {
        wire: wire.to_owned(),
        rename: None,
        optional,
        shown: None,
        place: "body",
        embed: false,
        limits: "",
        ty,
    }
}
