//! Requests and their answers.

use serde_json::{Value, json};

use super::contract::problems;
use super::model::Marked;
use super::{Asked, State, TOKEN};

/// Status and body.
type Answer = (u16, Value);

/// Answers a request, and holds both to the contract.
pub(super) fn answer(state: &mut State, head: &str, asked: &Asked) -> Answer {
    if !head.lines().any(|line| {
        line.split_once(':').is_some_and(|(name, value)| {
            name.eq_ignore_ascii_case("authorization") && value.trim() == format!("Bearer {TOKEN}")
        })
    }) {
        return said(401, "Invalid API key");
    }
    let parts: Vec<&str> = asked.path.trim_start_matches('/').split('/').collect();
    let (name, (status, body)) = match (asked.method.as_str(), &parts[..]) {
        ("GET", ["api", "folders", uid]) => ("folder", folder(state, uid)),
        ("GET", ["api", "dashboards", "uid", uid]) => ("dashboard", dashboard(state, uid)),
        ("GET", ["api", "annotations"]) => ("annotations", annotations(state, asked)),
        ("POST", ["api", "folders"]) => {
            ("folder", checked(state, asked, "newFolder", create_folder))
        }
        ("POST", ["api", "dashboards", "db"]) => {
            ("saved", checked(state, asked, "newDashboard", save))
        }
        ("POST", ["api", "annotations"]) => {
            ("added", checked(state, asked, "newAnnotation", annotate))
        }
        ("PATCH", ["api", "annotations", id]) => {
            let patch = |state: &mut State, body: &Value| patch(state, id, body);
            ("said", checked(state, asked, "changedAnnotation", patch))
        }
        _ => {
            state.broken.push(format!("nobody serves {} {}", asked.method, asked.path));
            ("said", said(404, "Not found"))
        }
    };
    let name = if status == 200 { name } else { "said" };
    assert_eq!(problems(name, &body), Vec::<String>::new(), "the stand-in breaks its contract");
    (status, body)
}

/// Goes on with a body that keeps the contract.
fn checked(
    state: &mut State,
    asked: &Asked,
    name: &str,
    go_on: impl FnOnce(&mut State, &Value) -> Answer,
) -> Answer {
    let Ok(body) = serde_json::from_slice::<Value>(&asked.body) else {
        state.broken.push(format!("{name}: no JSON"));
        return said(400, "bad request data");
    };
    let problems = problems(name, &body);
    if problems.is_empty() && asked.query.is_empty() {
        return go_on(state, &body);
    }
    state.broken.push(format!("{name}: {} {problems:?}", asked.query));
    said(400, "bad request data")
}

fn said(status: u16, message: &str) -> Answer {
    (status, json!({"message": message}))
}

fn folder(state: &State, uid: &str) -> Answer {
    match state.model.folders.get(uid) {
        Some(title) => (200, folder_json(uid, title)),
        None => said(404, "folder not found"),
    }
}

fn folder_json(uid: &str, title: &str) -> Value {
    json!({"id": 1, "uid": uid, "title": title, "url": format!("/dashboards/f/{uid}"), "version": 1})
}

fn create_folder(state: &mut State, body: &Value) -> Answer {
    let [uid, title] = ["uid", "title"].map(|key| body[key].as_str().unwrap().to_owned());
    if state.model.folders.contains_key(&uid) {
        return said(409, "a folder with the same uid already exists");
    }
    let answer = folder_json(&uid, &title);
    state.model.folders.insert(uid, title);
    (200, answer)
}

fn dashboard(state: &State, uid: &str) -> Answer {
    match state.model.dashboards.get(uid) {
        Some(held) => {
            let meta = json!({"folderUid": held.folder, "version": held.version, "url": "/d/x"});
            (200, json!({"dashboard": held.model, "meta": meta}))
        }
        None => said(404, "Dashboard not found"),
    }
}

fn save(state: &mut State, body: &Value) -> Answer {
    let folder = body["folderUid"].as_str().unwrap();
    if !state.model.folders.contains_key(folder) {
        return said(400, "folder not found");
    }
    let (uid, version) = state.model.save(folder, body["dashboard"].clone());
    let url = format!("/d/{uid}");
    let answer = json!({
        "id": 1, "uid": uid, "url": url, "status": "success", "version": version,
    });
    (200, answer)
}

fn annotations(state: &mut State, asked: &Asked) -> Answer {
    let (mut tags, mut limit) = (Vec::new(), 100);
    for pair in asked.query.split('&') {
        match pair.split_once('=') {
            Some(("tags", tag)) => tags.push(tag.replace("%3A", ":")),
            Some(("limit", number)) => limit = number.parse().unwrap(),
            Some(("type", "annotation")) => {}
            _ => state.broken.push(format!("GET /api/annotations: {pair}")),
        }
    }
    let found = state.model.tagged(&tags, limit);
    (200, found.iter().map(Marked::json).collect())
}

fn annotate(state: &mut State, body: &Value) -> Answer {
    let id = state.model.annotations.len() as u64 + 1;
    let marked = Marked { id, time: (0, 0), tags: Vec::new(), text: String::new() };
    state.model.annotations.push(marked);
    write(state.model.annotations.last_mut().unwrap(), body);
    (200, json!({"message": "Annotation added", "id": id}))
}

fn patch(state: &mut State, id: &str, body: &Value) -> Answer {
    let mut all = state.model.annotations.iter_mut();
    let Some(held) = all.find(|one| one.id.to_string() == id) else {
        return said(404, "annotation not found");
    };
    write(held, body);
    said(200, "Annotation patched")
}

fn write(held: &mut Marked, body: &Value) {
    let time = |key: &str| body[key].as_i64().unwrap();
    let (from, until) = (time("time"), time("timeEnd"));
    held.time = (from.min(until), from.max(until));
    let tags = body["tags"].as_array().unwrap().iter();
    held.tags = tags.map(|tag| tag.as_str().unwrap().to_owned()).collect();
    body["text"].as_str().unwrap().clone_into(&mut held.text);
}
