use super::*;

#[test]
fn web_authorization_urls_are_those_of_the_pages() {
    let url =
        WebAuthorization::corp("wxCorpId", "http://api.3dept.com/cgi-bin/query?action=get&lang=中文#top");
    assert_eq!(
        url.clone().url().unwrap(),
        "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wxCorpId&redirect_uri=http%3A%2F%2F\
         api.3dept.com%2Fcgi-bin%2Fquery%3Faction%3Dget%26lang%3D%E4%B8%AD%E6%96%87%23top&response_type=code&\
         scope=snsapi_base#wechat_redirect"
    );
    assert_eq!(
        url.agent_id(1_000_002).scope(Scope::PrivateInfo).state("a1B2").url().unwrap(),
        "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wxCorpId&redirect_uri=http%3A%2F%2F\
         api.3dept.com%2Fcgi-bin%2Fquery%3Faction%3Dget%26lang%3D%E4%B8%AD%E6%96%87%23top&response_type=code&\
         scope=snsapi_privateinfo&state=a1B2&agentid=1000002#wechat_redirect"
    );
    assert_eq!(
        WebAuthorization::suite("ww1suite", "https://x.cn/a b+c")
            .scope(Scope::PrivateInfo)
            .url()
            .unwrap_err(),
        LoginError::RedirectUri("https://x.cn/a b+c".to_owned())
    );
    assert_eq!(
        WebAuthorization::suite("ww1suite", "https://x.cn/a%20b+c").scope(Scope::PrivateInfo).url().unwrap(),
        "https://open.weixin.qq.com/connect/oauth2/authorize?appid=ww1suite&redirect_uri=https%3A%2F%2Fx.cn%2F\
         a%2520b%2Bc&response_type=code&scope=snsapi_privateinfo#wechat_redirect"
    );
}

#[test]
fn web_login_urls_are_those_of_the_page() {
    assert_eq!(
        WebLogin::corp("WWCorpId", 1_000_000, "http://work.weixin.qq.com").state("WWLogin").url().unwrap(),
        "https://login.work.weixin.qq.com/wwlogin/sso/login?login_type=CorpApp&appid=WWCorpId&agentid=1000000&\
         redirect_uri=http%3A%2F%2Fwork.weixin.qq.com&state=WWLogin"
    );
    let login = WebLogin::suite("SuiteID", "http://work.weixin.qq.com")
        .state("a b&c=1/é")
        .language(Language::English);
    assert_eq!(
        login.url().unwrap(),
        "https://login.work.weixin.qq.com/wwlogin/sso/login?login_type=ServiceApp&appid=SuiteID&\
         redirect_uri=http%3A%2F%2Fwork.weixin.qq.com&state=a%20b%26c%3D1%2F%C3%A9&lang=en"
    );
}

#[test]
fn an_installation_has_the_code_of_the_provider() {
    let installation = Installation::new("wwsuite", "Cx_Dk6-q", "https://example.com/installed?from=site");
    assert_eq!(
        installation.clone().state("S1").url().unwrap(),
        "https://open.work.weixin.qq.com/3rdapp/install?suite_id=wwsuite&pre_auth_code=Cx_Dk6-q&\
         redirect_uri=https%3A%2F%2Fexample.com%2Finstalled%3Ffrom%3Dsite&state=S1"
    );
    assert!(!format!("{installation:?}").contains("Cx_Dk6-q"), "the code is a secret");
}

#[test]
fn a_registration_has_the_code_alone() {
    assert_eq!(
        Registration::new("pIKi3w-pyP&state=1").url().unwrap(),
        "https://open.work.weixin.qq.com/3rdservice/wework/register?register_code=pIKi3w-pyP%26state%3D1"
    );
    let school = WebAuthorization::suite("ww1suite", "https://x.cn").scope(Scope::UserInfo);
    assert!(school.url().unwrap().contains("&scope=snsapi_userinfo#"));
}

#[test]
fn what_wecom_would_refuse_is_refused_before() {
    let corp = |uri: &str| WebAuthorization::corp("ww1", uri);
    for uri in ["", "/login", "example.com/login", "ftp://example.com/", "javascript:alert(1)", "https://"] {
        assert_eq!(corp(uri).url(), Err(LoginError::RedirectUri(uri.to_owned())));
    }
    let uri = "https://example.com";
    for state in ["", "a-b", "a b", "ä", "a&b", &"a".repeat(129)] {
        assert_eq!(corp(uri).state(state).url(), Err(LoginError::State), "{state}");
        assert_eq!(
            Installation::new("ww", "code", uri).state(state).url(),
            Err(LoginError::State),
            "{state}"
        );
    }
    assert!(corp(uri).state("a".repeat(128)).url().is_ok());
    for scope in [Scope::UserInfo, Scope::PrivateInfo] {
        assert_eq!(corp(uri).scope(scope).url(), Err(LoginError::AgentId), "{scope:?}");
        assert!(corp(uri).scope(scope).agent_id(1).url().is_ok());
        assert!(WebAuthorization::suite("ww1", uri).scope(scope).url().is_ok(), "its ID is the suite's");
    }
    assert_eq!(WebAuthorization::suite("ww1", uri).agent_id(1).url(), Err(LoginError::SuiteAgentId));
    assert_eq!(WebAuthorization::corp("", uri).url(), Err(LoginError::Empty("corp_id")));
    assert_eq!(WebLogin::suite("", uri).url(), Err(LoginError::Empty("suite_id")));
    assert_eq!(Installation::new("ww", "", uri).url(), Err(LoginError::Empty("pre_auth_code")));
    assert_eq!(Registration::new("").url(), Err(LoginError::Empty("register_code")));
}

#[test]
fn a_code_is_for_the_session_with_its_state() {
    let redirect = Redirect::from_query("?code=C%2Bde&state=s1&x=1").unwrap();
    assert_eq!((redirect.code.expose(), redirect.expires_in), ("C+de", None));
    assert!(!format!("{redirect:?}").contains("C+de"));
    assert_eq!(redirect.clone().code_for("s1").unwrap().expose(), "C+de");
    assert_eq!(redirect.code_for("s2"), Err(LoginError::WrongState));
    assert_eq!(Redirect::from_query("code=c").unwrap().code_for(""), Err(LoginError::WrongState));
    let installed = Redirect::from_query("auth_code=a&expires_in=600&state=").unwrap();
    assert_eq!(installed.expires_in, Some(Duration::from_secs(600)));
    assert_eq!(installed.code_for(""), Err(LoginError::WrongState), "an empty state protects nobody");
    for query in ["", "state=s1", "code=&state=s1", "Code=c"] {
        assert_eq!(Redirect::from_query(query).unwrap_err(), LoginError::NoCode, "{query}");
    }
}
