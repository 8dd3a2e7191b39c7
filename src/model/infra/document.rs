//! Policy documents as values: written from statements, read as JSON, compared by what they mean.
//!
//! IAM and S3 give documents back in other words than they were sent in: lists of one become strings, accounts become ARNs,
//! statements change places. Two documents are the same when [`Document::meaning`] is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A policy document, JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Document(pub Value);

/// One statement that allows something, before it is JSON.
#[derive(Debug, Clone, Default)]
pub struct Statement {
    pub id: String,
    pub effect: &'static str,
    /// `("Service", "lambda.amazonaws.com")`.
    pub principal: Option<(&'static str, String)>,
    pub actions: Vec<String>,
    pub resources: Vec<String>,
    /// `(operator, key, values)`.
    pub conditions: Vec<(&'static str, String, Vec<String>)>,
}

impl Statement {
    pub fn allow(id: impl Into<String>) -> Self {
        Self { id: id.into(), effect: "Allow", ..Self::default() }
    }

    pub fn deny(id: impl Into<String>) -> Self {
        Self { id: id.into(), effect: "Deny", ..Self::default() }
    }

    pub fn to(self, kind: &'static str, who: impl Into<String>) -> Self {
        Self { principal: Some((kind, who.into())), ..self }
    }

    pub fn actions<I: IntoIterator<Item = S>, S: Into<String>>(self, actions: I) -> Self {
        Self { actions: actions.into_iter().map(Into::into).collect(), ..self }
    }

    pub fn on<I: IntoIterator<Item = S>, S: Into<String>>(self, resources: I) -> Self {
        Self { resources: resources.into_iter().map(Into::into).collect(), ..self }
    }

    pub fn when<I: IntoIterator<Item = S>, S: Into<String>>(
        mut self,
        operator: &'static str,
        key: impl Into<String>,
        values: I,
    ) -> Self {
        self.conditions.push((operator, key.into(), values.into_iter().map(Into::into).collect()));
        self
    }

    fn json(self) -> Value {
        let mut statement = Map::new();
        statement.insert("Sid".into(), self.id.into());
        statement.insert("Effect".into(), self.effect.into());
        match self.principal {
            Some((_, who)) if who == "*" => drop(statement.insert("Principal".into(), "*".into())),
            Some((kind, who)) => drop(statement.insert("Principal".into(), json!({ kind: who }))),
            None => {}
        }
        statement.insert("Action".into(), self.actions.into());
        if !self.resources.is_empty() {
            statement.insert("Resource".into(), self.resources.into());
        }
        let mut conditions: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
        for (operator, key, values) in self.conditions {
            conditions.entry(operator).or_default().insert(key, values.into());
        }
        if !conditions.is_empty() {
            statement.insert("Condition".into(), json!(conditions));
        }
        Value::Object(statement)
    }
}

impl Document {
    pub fn new(statements: impl IntoIterator<Item = Statement>) -> Self {
        let statements: Vec<Value> = statements.into_iter().map(Statement::json).collect();
        Self(json!({ "Version": "2012-10-17", "Statement": statements }))
    }

    /// # Errors
    ///
    /// When the text is no JSON.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text).map(Self)
    }

    /// As it is sent.
    pub fn text(&self) -> String {
        self.0.to_string()
    }

    /// One spelling for all documents that mean the same: statements in order, every list sorted and a list, principals as
    /// ARNs, actions in lower case. For comparing and for line diffs.
    pub fn meaning(&self) -> Value {
        let mut document = Map::new();
        let version = self.0.get("Version").cloned().unwrap_or_else(|| "2008-10-17".into());
        document.insert("Version".into(), version);
        let mut statements: Vec<Value> = self.statements().iter().map(|one| statement(one)).collect();
        statements.sort_by_key(Value::to_string);
        document.insert("Statement".into(), statements.into());
        Value::Object(document)
    }

    /// The statements, a single one as a list of one.
    pub fn statements(&self) -> Vec<&Value> {
        match self.0.get("Statement") {
            Some(Value::Array(many)) => many.iter().collect(),
            Some(one) => vec![one],
            None => Vec::new(),
        }
    }

    /// The document with only the statements whose `Sid` is accepted; `None` when none is.
    pub fn only(&self, accepted: impl Fn(&str) -> bool) -> Option<Self> {
        let kept: Vec<Value> = self
            .statements()
            .into_iter()
            .filter(|one| one.get("Sid").and_then(Value::as_str).is_some_and(&accepted))
            .cloned()
            .collect();
        (!kept.is_empty()).then(|| self.with_statements(kept))
    }

    pub fn with_statements(&self, statements: Vec<Value>) -> Self {
        let version = self.0.get("Version").cloned().unwrap_or_else(|| "2012-10-17".into());
        Self(json!({ "Version": version, "Statement": statements }))
    }
}

fn statement(live: &Value) -> Value {
    let Value::Object(fields) = live else { return live.clone() };
    let mut canonical: BTreeMap<String, Value> = BTreeMap::new();
    for (name, value) in fields {
        let value = match name.as_str() {
            "Action" | "NotAction" => list(value, |action| action.to_ascii_lowercase()),
            "Resource" | "NotResource" => list(value, str::to_owned),
            "Principal" | "NotPrincipal" => principal(value),
            "Condition" => condition(value),
            _ => value.clone(),
        };
        canonical.insert(name.clone(), value);
    }
    json!(canonical)
}

/// A string or a list of them, as a sorted list without doubles.
fn list(value: &Value, spelling: impl Fn(&str) -> String) -> Value {
    let mut texts: Vec<String> = match value {
        Value::Array(many) => many.iter().map(|one| spelling(&plain(one))).collect(),
        one => vec![spelling(&plain(one))],
    };
    texts.sort();
    texts.dedup();
    texts.into()
}

/// Booleans and numbers may stand without quotes and mean their texts.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// `"*"` is `{"AWS": "*"}`, and an account's number is its root.
fn principal(value: &Value) -> Value {
    let Value::Object(kinds) = value else { return json!({ "AWS": list(value, account_root) }) };
    let kinds: BTreeMap<&String, Value> =
        kinds.iter().map(|(kind, who)| (kind, list(who, account_root))).collect();
    json!(kinds)
}

/// The partition is left out: an account has only one.
fn account_root(who: &str) -> String {
    let root = who.strip_prefix("arn:").and_then(|arn| arn.split_once(":iam::"));
    match root.and_then(|(_, rest)| rest.strip_suffix(":root")) {
        Some(account) => account.to_owned(),
        None => who.to_owned(),
    }
}

fn condition(value: &Value) -> Value {
    let Value::Object(operators) = value else { return value.clone() };
    let mut canonical: BTreeMap<&String, BTreeMap<String, Value>> = BTreeMap::new();
    for (operator, keys) in operators {
        let Value::Object(keys) = keys else { return value.clone() };
        // Condition keys are told apart without regard to case, their values are not.
        let keys = keys
            .iter()
            .map(|(key, values)| (key.to_ascii_lowercase(), list(values, str::to_owned)))
            .collect();
        canonical.insert(operator, keys);
    }
    json!(canonical)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Value {
        Document::parse(text).expect("JSON").meaning()
    }

    #[test]
    fn spellings_of_one_document_mean_the_same() {
        let plain = r#"{"Version":"2012-10-17","Statement":[
            {"Sid":"A","Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:root"]},"Action":["s3:GetObject","s3:ListBucket"],"Resource":["r"],
             "Condition":{"Bool":{"aws:SecureTransport":["false"]}}},
            {"Sid":"B","Effect":"Deny","Principal":{"AWS":["*"]},"Action":["s3:*"],"Resource":["r","q"]}]}"#;
        let spelt_otherwise = r#"{"Statement":[
            {"Resource":["q","r","q"],"Sid":"B","Effect":"Deny","Principal":"*","Action":"S3:*"},
            {"Sid":"A","Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":["s3:ListBucket","s3:getobject"],"Resource":"r",
             "Condition":{"Bool":{"AWS:SecureTransport":false}}}],"Version":"2012-10-17"}"#;
        assert_eq!(read(plain), read(spelt_otherwise));
    }

    #[test]
    fn what_means_something_else_differs() {
        let base = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"r"}}"#;
        for other in [
            r#"{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"r"}}"#,
            r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:GetObject","Resource":"r"}}"#,
            r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","NotAction":"s3:GetObject","Resource":"r"}}"#,
            r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"R"}}"#,
            r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"r","Condition":{"Bool":{"a":"true"}}}}"#,
            r#"{"Version":"2012-10-17","Statement":[]}"#,
        ] {
            assert_ne!(read(base), read(other), "{other}");
        }
    }

    #[test]
    fn statements_become_json_as_aws_documents_it() {
        let document = Document::new([Statement::allow("Invoke")
            .to("Service", "events.amazonaws.com")
            .actions(["lambda:InvokeFunction"])
            .on(["arn"])
            .when("ArnEquals", "aws:SourceArn", ["rule"])]);
        assert_eq!(
            document.text(),
            r#"{"Version":"2012-10-17","Statement":[{"Sid":"Invoke","Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":["lambda:InvokeFunction"],"Resource":["arn"],"Condition":{"ArnEquals":{"aws:SourceArn":["rule"]}}}]}"#
        );
    }

    #[test]
    fn only_the_statements_asked_for_are_kept() {
        let document =
            Document::parse(r#"{"Statement":[{"Sid":"es2s3-tls"},{"Sid":"other"},{}]}"#).expect("JSON");
        let own = document.only(|id| id.starts_with("es2s3-")).expect("one");
        assert_eq!(own.statements().len(), 1);
        assert!(document.only(|id| id == "nobody").is_none());
    }
}
