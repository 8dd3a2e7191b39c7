//! Where a secret is kept, by the name that its keeper knows it by.

use super::{Complaint, Ruled, text};
use crate::config::SecretPlace;
use crate::config::node::Scalar;

/// Secrets Manager: `SecretId`, at most 512 characters of a name. SSM: at most 1011 of a parameter's.
pub(in crate::config) fn secret_place(scalar: &Scalar) -> Ruled<SecretPlace> {
    let place = text(scalar)?;
    let fits = |name: &str, most: usize, marks: &str| {
        !name.is_empty()
            && name.len() <= most
            && name.chars().all(|c| c.is_ascii_alphanumeric() || marks.contains(c))
    };
    match place.split_once(':') {
        Some(("secretsmanager", name)) if fits(name, 512, "/_+=.@-:") => {
            Ok(SecretPlace::SecretsManager(name.to_owned()))
        }
        Some(("ssm", name)) if fits(name, 1011, "/_.-") => Ok(SecretPlace::Parameter(name.to_owned())),
        _ => Err(Complaint::new("secret-place", "must be `secretsmanager:NAME` or `ssm:/NAME`").help(
            "the name or the ARN of a secret in Secrets Manager, or the name of a SecureString parameter; an environment variable goes \
             into the key that ends with `_env`",
        )),
    }
}
