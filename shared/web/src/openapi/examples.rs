//! Examples of requests and answers, as they were recorded from a running system.

use serde_json::Value;

/// Adds the recorded examples: by operation, `request` is a body that was sent and `answers` has a body by its status.
pub(super) fn add(document: &mut Value, recorded: &Value) {
    let Some(Value::Object(paths)) = document.get_mut("paths") else { return };
    for item in paths.values_mut().filter_map(Value::as_object_mut) {
        for operation in item.values_mut() {
            let Some(example) = operation["operationId"].as_str().map(|id| &recorded[id]) else { continue };
            if !example["request"].is_null() {
                let media = operation.pointer_mut("/requestBody/content/application~1json");
                if let Some(media) = media {
                    put(media, &example["request"]);
                }
            }
            for (status, body) in example["answers"].as_object().into_iter().flatten() {
                let content = operation.pointer_mut(&format!("/responses/{status}/content"));
                let media = content.and_then(Value::as_object_mut).and_then(|all| all.values_mut().next());
                if let Some(media) = media {
                    put(media, body);
                }
            }
        }
    }
}

fn put(media: &mut Value, example: &Value) {
    if let Value::Object(media) = media {
        media.insert("example".to_owned(), example.clone());
    }
}
