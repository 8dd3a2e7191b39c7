//! Secrets Manager and SSM: secrets and parameters by name. Kept in the open: nothing in this world is worth hiding.

use serde_json::json;

use super::{Ask, Call, Refusal, Told};

pub(super) const SECRETS: &[(&str, Call)] = &[("GetSecretValue", get_secret_value)];
pub(super) const PARAMETERS: &[(&str, Call)] = &[("GetParameter", get_parameter)];

/// By name, or by an ARN that ends with the name and six characters.
fn get_secret_value(ask: &mut Ask<'_>) -> Told {
    let asked = ask.text("SecretId");
    let by_arn = |name: &str| asked.contains(&format!(":secret:{name}-"));
    let found = ask.account.secrets.iter().find(|(name, _)| *name == asked || by_arn(name));
    let absent =
        || Refusal::new(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
    let (name, text) = found.ok_or_else(absent)?;
    Ok(
        json!({ "ARN": ask.arn("secretsmanager", &format!("secret:{name}-a1B2c3")), "Name": name, "SecretString": text }),
    )
}

fn get_parameter(ask: &mut Ask<'_>) -> Told {
    let name = ask.text("Name");
    let text = ask.account.parameters.get(name).ok_or_else(|| Refusal::new(400, "ParameterNotFound", ""))?;
    Ok(json!({ "Parameter": { "Name": name, "Type": "SecureString", "Value": text } }))
}
