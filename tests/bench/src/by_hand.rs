//! What a person writes who needs three answers and has serde's derive: structs that hold all that the answers do.
//!
//! Of the forms that hold it, each is the one that derive reads fastest. Integers stay integers: derive has no enum of
//! integers. Strings from a list are closed enums, which cost no allocation. Messages that differ by their kind are one
//! struct with an `Option` for each kind: serde's tagged enums keep a message aside until its tag is known, which takes
//! many times as long. Nothing is lenient: a number in quotes, a value nobody documented or a missing field is an error.

#![allow(missing_docs, reason = "the names are those of the documentation")]

use serde::Deserialize;

/// Structs that are read; written only to see that they hold everything.
macro_rules! models {
    ($($(#[$meta:meta])* struct $name:ident { $($field:ident: $type:ty,)* })*) => {$(
        $(#[$meta])*
        #[derive(Deserialize)]
        #[cfg_attr(test, derive(serde::Serialize))]
        pub struct $name {
            $(pub $field: $type,)*
        }
    )*};
}

/// Enums of documented strings.
macro_rules! words {
    ($(enum $name:ident { $($value:ident,)* })*) => {$(
        #[derive(Deserialize)]
        #[cfg_attr(test, derive(serde::Serialize))]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($value,)*
        }
    )*};
}

models! {
    /// A page of `kf/sync_msg`.
    struct SyncMsgPage {
        errcode: i64,
        errmsg: String,
        next_cursor: String,
        has_more: u8,
        msg_list: Vec<Message>,
    }

    struct Message {
        msgid: String,
        open_kfid: Option<String>,
        external_userid: Option<String>,
        send_time: i64,
        origin: u64,
        servicer_userid: Option<String>,
        msgtype: MessageKind,
        text: Option<Text>,
        image: Option<Media>,
        voice: Option<Media>,
        video: Option<Media>,
        file: Option<Media>,
        location: Option<Location>,
        link: Option<Link>,
        business_card: Option<BusinessCard>,
        miniprogram: Option<MiniProgram>,
        msgmenu: Option<Menu>,
        channels_shop_product: Option<Product>,
        channels_shop_order: Option<Order>,
        merged_msg: Option<Merged>,
        channels: Option<Channels>,
        event: Option<Event>,
    }

    struct Text {
        content: String,
        menu_id: Option<String>,
    }

    struct Media {
        media_id: String,
    }

    struct Location {
        latitude: f64,
        longitude: f64,
        name: String,
        address: String,
    }

    struct Link {
        title: String,
        desc: String,
        url: String,
        pic_url: String,
    }

    struct BusinessCard {
        userid: String,
    }

    struct MiniProgram {
        title: String,
        appid: String,
        pagepath: String,
        thumb_media_id: String,
    }

    struct Menu {
        head_content: String,
        list: Vec<MenuItem>,
        tail_content: String,
    }

    struct MenuItem {
        r#type: MenuItemKind,
        click: Option<ReplyItem>,
        view: Option<LinkItem>,
        miniprogram: Option<MiniProgramItem>,
    }

    struct ReplyItem {
        id: String,
        content: String,
    }

    struct LinkItem {
        url: String,
        content: String,
    }

    struct MiniProgramItem {
        appid: String,
        pagepath: String,
        content: String,
    }

    struct Product {
        product_id: String,
        head_image: String,
        title: String,
        sales_price: String,
        shop_nickname: String,
        shop_head_image: String,
    }

    struct Order {
        order_id: String,
        product_titles: String,
        price_wording: String,
        state: String,
        image_url: String,
        shop_nickname: String,
    }

    struct Merged {
        title: String,
        item: Vec<MergedItem>,
    }

    struct MergedItem {
        send_time: i64,
        msgtype: MessageKind,
        sender_name: String,
        msg_content: String,
    }

    struct Channels {
        sub_type: u64,
        nickname: String,
        title: Option<String>,
    }

    /// One struct for all events: the fields that each of them has.
    struct Event {
        event_type: EventKind,
        open_kfid: Option<String>,
        external_userid: Option<String>,
        scene: Option<String>,
        scene_param: Option<String>,
        welcome_code: Option<String>,
        wechat_channels: Option<ChannelsEntry>,
        fail_msgid: Option<String>,
        fail_type: Option<u64>,
        servicer_userid: Option<String>,
        status: Option<u64>,
        stop_type: Option<u64>,
        change_type: Option<u64>,
        old_servicer_userid: Option<String>,
        new_servicer_userid: Option<String>,
        msg_code: Option<String>,
        recall_msgid: Option<String>,
        reject_switch: Option<u8>,
    }

    struct ChannelsEntry {
        nickname: Option<String>,
        shop_nickname: Option<String>,
        scene: u64,
    }
}

words! {
    enum MessageKind {
        Text, Image, Voice, Video, File, Location, Link, BusinessCard, Miniprogram, Msgmenu, ChannelsShopProduct,
        ChannelsShopOrder, MergedMsg, Channels, Meeting, Calendar, Note, Event,
    }

    enum MenuItemKind { Click, View, Miniprogram, }

    enum EventKind {
        EnterSession, MsgSendFail, ServicerStatusChange, SessionStatusChange, UserRecallMsg, ServicerRecallMsg,
        RejectCustomerMsgSwitchChange,
    }

    enum AttachmentKind { Image, Link, Miniprogram, Video, File, }
}

models! {
    /// The answer of `meeting/get_info`.
    struct Meeting {
        errcode: i64,
        errmsg: String,
        admin_userid: String,
        title: String,
        meeting_start: i64,
        meeting_duration: u64,
        description: Option<String>,
        location: Option<String>,
        main_department: u64,
        status: u64,
        agentid: Option<u64>,
        attendees: Attendees,
        settings: Settings,
        cal_id: Option<String>,
        reminders: Option<Reminders>,
        meeting_code: String,
        meeting_link: String,
    }

    struct Attendees {
        member: Vec<Member>,
        tmp_external_user: Vec<TmpExternalUser>,
    }

    struct Member {
        userid: String,
        status: u64,
        first_join_time: Option<i64>,
        last_quit_time: Option<i64>,
        total_join_count: Option<u64>,
        cumulative_time: Option<u64>,
    }

    struct TmpExternalUser {
        tmp_external_userid: String,
        status: u64,
        first_join_time: Option<i64>,
        last_quit_time: Option<i64>,
        total_join_count: Option<u64>,
        cumulative_time: Option<u64>,
    }

    struct Settings {
        password: Option<String>,
        enable_waiting_room: Option<bool>,
        allow_enter_before_host: Option<bool>,
        remind_scope: Option<u64>,
        enable_enter_mute: Option<u64>,
        enable_screen_watermark: Option<bool>,
        hosts: Option<UserList>,
        ring_users: Option<UserList>,
    }

    struct UserList {
        userid: Vec<String>,
    }

    struct Reminders {
        is_repeat: Option<u8>,
        repeat_type: Option<u64>,
        repeat_until: Option<i64>,
        repeat_interval: Option<u64>,
        remind_before: Option<Vec<u64>>,
    }

    /// A page of `externalcontact/get_groupmsg_list_v2`.
    struct GroupMsgPage {
        errcode: i64,
        errmsg: String,
        next_cursor: String,
        group_msg_list: Vec<GroupMsg>,
    }

    struct GroupMsg {
        msgid: String,
        creator: Option<String>,
        create_time: i64,
        create_type: u64,
        text: Option<TextContent>,
        attachments: Option<Vec<Attachment>>,
    }

    struct TextContent {
        content: String,
    }

    struct Attachment {
        msgtype: AttachmentKind,
        image: Option<ImageContent>,
        link: Option<LinkContent>,
        miniprogram: Option<MiniProgramContent>,
        video: Option<Media>,
        file: Option<Media>,
    }

    struct ImageContent {
        media_id: Option<String>,
        pic_url: Option<String>,
    }

    struct LinkContent {
        title: String,
        picurl: Option<String>,
        desc: Option<String>,
        url: String,
    }

    struct MiniProgramContent {
        title: String,
        appid: String,
        page: String,
    }
}

/// The requests, in the same way.
pub mod requests {
    use serde::Serialize;

    /// The body of `meeting/get_info`.
    #[derive(Serialize)]
    pub struct GetMeetingInfo {
        pub meetingid: String,
    }

    /// The body of `externalcontact/add_msg_template`.
    #[derive(Default, Serialize)]
    pub struct AddMsgTemplate {
        #[serde(skip_serializing_if = "Option::is_none")]
        pub chat_type: Option<ChatType>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub external_userid: Option<Vec<String>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub chat_id_list: Option<Vec<String>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub sender: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub allow_select: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub text: Option<Text>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub attachments: Option<Vec<Attachment>>,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "snake_case")]
    pub enum ChatType {
        Single,
        Group,
    }

    #[derive(Serialize)]
    pub struct Text {
        pub content: String,
    }

    #[derive(Serialize)]
    #[serde(tag = "msgtype", rename_all = "lowercase")]
    pub enum Attachment {
        Image { image: Image },
        Link { link: Link },
        MiniProgram { miniprogram: MiniProgram },
    }

    #[derive(Serialize)]
    pub struct Image {
        pub media_id: String,
    }

    #[derive(Serialize)]
    pub struct Link {
        pub title: String,
        pub picurl: String,
        pub desc: String,
        pub url: String,
    }

    #[derive(Serialize)]
    pub struct MiniProgram {
        pub title: String,
        pub pic_media_id: String,
        pub appid: String,
        pub page: String,
    }
}
