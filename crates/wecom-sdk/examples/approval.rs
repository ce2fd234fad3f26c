//! Submits an approval request (审批): creates a template, fills it in, and shows the approvers' decisions.
//!
//! `cargo run -p wecom-sdk --example approval` talks to a mock server. With `WECOM_CORP_ID` and `WECOM_SECRET` set (the secret of an app
//! that may call the approval API), it talks to WeCom: set `WECOM_USERID` to the applicant, and `WECOM_APPROVER` to the member
//! who decides. A template is created once: set `WECOM_TEMPLATE_ID` to the one that an earlier run has printed.

mod setup;

use std::env;
use std::time::Duration;

use wecom_sdk::oa::approval::{
    ApplyEvent, ApprovalRelation, ApproverSource, ContactConfig, ContactMode, Control, ControlConfig,
    ControlProperty, ControlType, CreateTemplate, DateConfig, DateType, GetApprovalDetail, GetTemplateDetail,
    Language, LocalizedText, Member, NameText, NewNode, NewProcess, NodeType, SelectType, SelectorConfig,
    SelectorOption, SummaryLine, SummaryText, TemplateContent,
};
use wecom_sdk::{Client, Timestamp};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    let (client, _mock) = setup::client(1).await?;
    let applicant = env::var("WECOM_USERID").unwrap_or_else(|_| "lin.wei".to_owned());
    let approver = env::var("WECOM_APPROVER").unwrap_or_else(|_| "zhou.min".to_owned());

    let template = match env::var("WECOM_TEMPLATE_ID") {
        Ok(template) => template,
        Err(_) => create_template(&client).await?,
    };
    println!("template: {template}");
    let request = apply(&client, &template, &applicant, &approver).await?;
    println!("submitted: {request}");
    follow(&client, &request).await
}

async fn create_template(client: &Client) -> Result<String> {
    let title = |text| [NameText::new(text, Language::Chinese)];
    let control = |control, id, text| ControlProperty::new(control, id, title(text));
    let option = |key, text| SelectorOption::new(key, LocalizedText::new(text, Language::Chinese));
    let means = [option("option-1", "Train"), option("option-2", "Taxi")];
    let means = SelectorConfig::new(SelectType::Single, means);
    let companions = ContactConfig::new(SelectType::Multi, ContactMode::User);
    let controls = [
        Control::new(control(ControlType::Text, "Text-01", "Purpose").require(true)),
        Control::new(control(ControlType::Date, "Date-02", "Departure").require(true))
            .config(ControlConfig::new().date(DateConfig::new(DateType::Time))),
        Control::new(control(ControlType::Selector, "Selector-03", "Means of travel"))
            .config(ControlConfig::new().selector(means)),
        Control::new(control(ControlType::Contact, "Contact-04", "Companions"))
            .config(ControlConfig::new().contact(companions)),
    ];
    let template = CreateTemplate::new(title("Business trip"), TemplateContent::new(controls));
    Ok(client.send(&template).await?.template_id)
}

/// Submits a request, and returns its number.
async fn apply(client: &Client, template: &str, applicant: &str, approver: &str) -> Result<String> {
    // The template knows each control's type and ID, and those of options.
    let form = client.send(&GetTemplateDetail::new(template)).await?.template_content;
    let content = form
        .fill()
        .text("Purpose", "Visit a customer")
        .date("Departure", Timestamp::now() + Duration::from_secs(3 * 86400))
        .options("Means of travel", ["Train"])
        .members("Companions", [Member::new("chen.yu", "Chen Yu")])
        .finish()?;
    let decision = NewNode::new(NodeType::Approval, [approver]).apv_rel(ApprovalRelation::Any);
    let summary = SummaryLine::new([SummaryText::new("Visit a customer", Language::Chinese)]);
    let request = ApplyEvent::new(applicant, template, ApproverSource::Request, content, [summary])
        .process(NewProcess::new([decision]));
    Ok(client.send(&request).await?.sp_no)
}

/// Shows a request. To learn of each decision immediately, handle the event `sys_approval_change` instead of polling.
async fn follow(client: &Client, request: &str) -> Result<()> {
    let info = client.send(&GetApprovalDetail::new(request)).await?.info;
    let purpose = info.apply_data.text("Purpose")?.unwrap_or_default();
    println!("{}: {purpose}, {:?}", info.sp_name, info.sp_status);
    for companion in info.apply_data.members("Companions")? {
        println!("with {}", companion.name);
    }
    for decision in info.sp_record.iter().flat_map(|node| &node.details) {
        println!("{}: {:?} {:?}", decision.approver.userid, decision.sp_status, decision.speech);
    }
    Ok(())
}
