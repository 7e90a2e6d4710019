//! What the tables of the crate declare, read from its source: the payload of each event type and rule, and
//! the fields of each object. The source alone has all of the names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const EVENTS: &str = include_str!("../../../src/event/table.rs");
const RULES: &str = include_str!("../../../src/legacy/rule.rs");

/// A field of a struct that `object!` declares.
#[derive(Clone, Debug)]
pub struct Declared {
    pub file: String,
    pub name: String,
    /// The type, without `Option`.
    pub typed: String,
    pub is_required: bool,
    /// The spellings, the wire name first.
    pub wire: Vec<String>,
}

impl Declared {
    /// Parses `name: Option<Vec<Element>> = "name" | "Name" => with_name,`.
    fn parse(file: &str, field: &str) -> Option<Self> {
        let (name, rest) = field.split_once(": ")?;
        let (typed, rest) = rest.split_once(" = ")?;
        let names = rest.split([',', '=']).next()?.split(" | ");
        let wire: Vec<String> = names
            .filter_map(|name| name.trim().strip_prefix('"')?.strip_suffix('"'))
            .map(String::from)
            .collect();
        let optional = inside(typed, "Option");
        (!wire.is_empty()).then(|| Self {
            file: file.to_owned(),
            name: name.to_owned(),
            typed: optional.unwrap_or(typed).to_owned(),
            is_required: optional.is_none(),
            wire,
        })
    }

    /// The type of the field, or of the elements of its list.
    pub fn element(&self) -> &str {
        inside(&self.typed, "Vec").unwrap_or(&self.typed)
    }
}

/// Returns the type in the angle brackets of another.
pub fn inside<'a>(typed: &'a str, outer: &str) -> Option<&'a str> {
    typed
        .strip_prefix(outer)?
        .strip_prefix('<')?
        .strip_suffix('>')
}

/// The lines of code of the files in a folder, each file joined to one line.
fn sources(folder: &str) -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = std::fs::read_dir(path).unwrap().map(Result::unwrap);
    files
        .map(|file| {
            let name = format!("{folder}/{}", file.file_name().to_str().unwrap());
            (name, code(&std::fs::read_to_string(file.path()).unwrap()))
        })
        .collect()
}

/// The code without comments, on one line.
fn code(source: &str) -> String {
    let lines = source.lines().map(str::trim);
    let code: Vec<&str> = lines.filter(|line| !line.starts_with("//")).collect();
    code.join(" ")
}

/// Returns the fields of the structs that `object!` declares.
pub fn objects() -> BTreeMap<String, Vec<Declared>> {
    let mut structs = BTreeMap::new();
    for (file, code) in sources("src/payload")
        .into_iter()
        .chain(sources("src/legacy"))
    {
        for declaration in code.split("object! { pub struct ").skip(1) {
            let (name, rest) = declaration.split_once('{').unwrap();
            let body = rest.split('}').next().unwrap();
            let fields = body.split("pub ");
            let fields = fields
                .filter_map(|field| Declared::parse(&file, field))
                .collect();
            let before = structs.insert(name.trim().to_owned(), fields);
            assert!(before.is_none(), "two structs are named {name}");
        }
    }
    structs
}

/// Returns the names of the open vocabularies.
pub fn vocabularies() -> BTreeSet<String> {
    let all = sources("src/payload")
        .into_iter()
        .chain(sources("src/value"));
    let names = all.flat_map(|(_, code)| {
        let enums = code.split("vocabulary! { pub enum ").skip(1);
        let names = enums.map(|rest| rest.split(' ').next().unwrap().to_owned());
        names.collect::<Vec<_>>()
    });
    names.collect()
}

/// A row of the table of event types.
pub struct Row {
    pub variant: String,
    /// What the variant holds: `DataType, Write`.
    pub payload: String,
    /// The wire name, with the variable part of a family in braces.
    pub name: String,
}

/// Returns the table of event types. Alerts and unknown events have no row.
pub fn events() -> Vec<Row> {
    let code = code(EVENTS);
    let (_, table) = code.split_once(" events! {").unwrap();
    rows(table)
}

/// Returns the struct of each rule's data, by the name of the rule.
pub fn data() -> BTreeMap<String, String> {
    let code = code(RULES);
    let (_, table) = code.split_once(" rules! {").unwrap();
    let rows = rows(table).into_iter();
    rows.map(|row| (row.name, row.payload)).collect()
}

/// Parses rows of `Variant(Payload) = "name" | "other name";`.
fn rows(table: &str) -> Vec<Row> {
    let rows = table.split(';').filter_map(|row| row.split_once(" = \""));
    rows.map(|(row, names)| {
        let row = row.trim_end().strip_suffix(')').unwrap();
        let (before, payload) = row.rsplit_once('(').unwrap();
        Row {
            variant: before.rsplit(' ').next().unwrap().to_owned(),
            payload: payload.to_owned(),
            name: names.split('"').next().unwrap().to_owned(),
        }
    })
    .collect()
}
