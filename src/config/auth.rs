//! `domain.auth`: who es2s3 is to the domain, and where the secret is. Never the secret itself.
//!
//! Called by `resolve`.

use super::diagnostic::Diagnostic;
use super::read::{Field, Reader, Section};
use super::rules::{self, AuthType};
use super::{Auth, SecretPlace};

/// By the host, unless the type is given.
pub(super) fn auth(
    reader: &mut Reader<'_>,
    domain: &Section<'_>,
    endpoint: Option<&url::Url>,
) -> Option<Auth> {
    let section = reader.section(domain, "auth");
    let given = reader.value(&section, "type", rules::auth_type);
    let username = reader.value(&section, "username", rules::user_name);
    let password = Places::read(reader, &section, ["password_env", "password_from"]);
    let key = Places::read(reader, &section, ["key_env", "key_from"]);
    let by_host = || if endpoint.is_some_and(rules::is_aws) { AuthType::Sigv4 } else { AuthType::None };
    let kind = given.or(by_host)?;
    let used: &[&str] = match kind {
        AuthType::Basic => &["username", "password_env", "password_from"],
        AuthType::ApiKey => &["key_env", "key_from"],
        AuthType::Sigv4 | AuthType::None => &[],
    };
    let unused = unused(reader, &section, kind, used);
    match kind {
        _ if unused => None,
        AuthType::Sigv4 => Some(Auth::Sigv4),
        AuthType::None => Some(Auth::None),
        AuthType::Basic => {
            let username = reader.required(&section, "username", username);
            let password = password.one(reader, &section);
            Some(Auth::Basic { username: username?, password: password? })
        }
        AuthType::ApiKey => Some(Auth::ApiKey { key: key.one(reader, &section)? }),
    }
}

/// The two keys that can say where one secret is.
struct Places {
    keys: [&'static str; 2],
    variable: Field<String>,
    kept: Field<SecretPlace>,
}

impl Places {
    fn read(reader: &mut Reader<'_>, section: &Section<'_>, keys: [&'static str; 2]) -> Self {
        let [variable, kept] = keys;
        Self {
            keys,
            variable: reader.value(section, variable, rules::environment_name),
            kept: reader.value(section, kept, rules::secret_place),
        }
    }

    fn one(self, reader: &mut Reader<'_>, section: &Section<'_>) -> Option<SecretPlace> {
        let [variable, kept] = self.keys;
        match (self.variable, self.kept) {
            (Field::Given(..), Field::Given(_, span)) => {
                let message = format!("`{variable}` and `{kept}` both say where the secret is");
                let fault =
                    Diagnostic::error("said-twice", message).at(reader.source, span, "delete one of them");
                reader.fault(fault);
                None
            }
            (Field::Faulty, _) | (_, Field::Faulty) => None,
            (Field::Absent, Field::Given(place, _)) => Some(place),
            (given, Field::Absent) => reader.required(section, variable, given).map(SecretPlace::Environment),
        }
    }
}

/// Keys that belong to another type would be ignored in silence.
fn unused(reader: &mut Reader<'_>, section: &Section<'_>, kind: AuthType, used: &[&str]) -> bool {
    let all = ["username", "password_env", "password_from", "key_env", "key_from"];
    let mut found = false;
    for entry in all.into_iter().filter(|key| !used.contains(key)).filter_map(|key| section.entry(key)) {
        let (belongs, is) = (if entry.key.starts_with("key") { "api_key" } else { "basic" }, word(kind));
        let message = format!("`{}` belongs to `type: {belongs}`, and the type is `{is}`", entry.key);
        let fault = Diagnostic::error("auth-mismatch", message)
            .at(reader.source, entry.key_span, "")
            .help(format!("write `type: {belongs}`, or delete this key"));
        reader.fault(fault);
        found = true;
    }
    found
}

fn word(kind: AuthType) -> &'static str {
    match kind {
        AuthType::Sigv4 => "sigv4",
        AuthType::Basic => "basic",
        AuthType::ApiKey => "api_key",
        AuthType::None => "none",
    }
}
