//! Secrets that others keep: Secrets Manager and the SecureString parameters of SSM. What comes back is never shown.

use serde_json::{Value, json};

use super::error::{Asked, asked};
use super::signed::Call;
use super::{Reader, Result};
use crate::clients::engine::Secret;

impl Reader {
    /// A secret of Secrets Manager by its name or ARN: its text, or where that is a JSON object the entry called `field`, as the
    /// console and RDS write them.
    ///
    /// # Errors
    ///
    /// When it is not there, is denied, is binary, or has no such entry.
    pub async fn secret(&self, name: &str, field: &str) -> Result<Secret> {
        let thing = format!("the secret {name}");
        let asked = asked("secretsmanager:GetSecretValue", &thing);
        let body = json!({ "SecretId": name });
        let call = call(asked, "secretsmanager", "secretsmanager.GetSecretValue", &body);
        let found = self.signed.get_json(&call).await?;
        let text = found["SecretString"].as_str();
        let text = text.ok_or_else(|| asked.garbled("it is binary, and a text is needed"))?;
        entry(text, field).ok_or_else(|| asked.garbled(format!("it is a JSON object without `{field}`")))
    }

    /// A parameter of SSM, decrypted: its text, or an entry of it as above.
    ///
    /// # Errors
    ///
    /// When it is not there, is denied, or has no such entry.
    pub async fn parameter(&self, name: &str, field: &str) -> Result<Secret> {
        let thing = format!("the parameter {name}");
        let asked = asked("ssm:GetParameter", &thing);
        let body = json!({ "Name": name, "WithDecryption": true });
        let call = call(asked, "ssm", "AmazonSSM.GetParameter", &body);
        let found = self.signed.get_json(&call).await?;
        let text = found["Parameter"]["Value"].as_str();
        let text = text.ok_or_else(|| asked.garbled("it has no value"))?;
        entry(text, field).ok_or_else(|| asked.garbled(format!("it is a JSON object without `{field}`")))
    }
}

fn call<'a>(asked: Asked<'a>, service: &'static str, target: &str, body: &Value) -> Call<'a> {
    Call {
        asked,
        service,
        method: "POST",
        path: "/".into(),
        headers: vec![("content-type", "application/x-amz-json-1.1".into()), ("x-amz-target", target.into())],
        body: body.to_string().into_bytes(),
    }
}

fn entry(text: &str, field: &str) -> Option<Secret> {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(entries)) => entries.get(field)?.as_str().map(|one| Secret::new(one.to_owned())),
        _ => Some(Secret::new(text.to_owned())),
    }
}
