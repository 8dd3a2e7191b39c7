//! The running components, each asked once and all at the same time.

use futures_util::future::join_all;

use crate::clients::thanos::Reader;
use crate::model::Live;
use crate::model::thanos::{Component, Components, Running};

/// One entry for each declared address. Who does not answer is `Unknown`.
pub async fn components(declared: &Components) -> Vec<Running> {
    let places = [
        (Component::Compact, &declared.compact),
        (Component::Store, &declared.store),
        (Component::Query, &declared.query),
        (Component::Sidecar, &declared.sidecar),
    ];
    let reader = Reader::new();
    let asked = places.into_iter().flat_map(|(component, urls)| urls.iter().map(move |url| (component, url)));
    join_all(asked.map(|(component, url)| ask(reader.clone(), component, url))).await
}

async fn ask(reader: Result<Reader, crate::model::Unknown>, component: Component, url: &str) -> Running {
    let facts = match reader {
        Ok(reader) => reader.facts(component, url).await,
        Err(unknown) => Err(unknown),
    };
    let facts = facts.map_or_else(Live::Unknown, Live::Present);
    Running { component, url: url.to_owned(), facts }
}
