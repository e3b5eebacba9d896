//! Terraform's functions, as far as the configuration calls them.

use hcl::eval::{Context, FuncArgs, FuncDef, ParamType};
use hcl::{Map, Value};

use super::to_json;

pub(super) fn declare(context: &mut Context<'_>) {
    let any = |function| FuncDef::builder().variadic_param(ParamType::Any).build(function);
    context.declare_func("concat", any(concat));
    context.declare_func("join", any(join));
    context.declare_func("jsonencode", any(jsonencode));
    context.declare_func("merge", any(merge));
    context.declare_func("one", any(one));
    context.declare_func("split", any(split));
    context.declare_func("substr", any(substr));
    context.declare_func("toset", any(toset));
}

fn text(value: &Value) -> Result<String, String> {
    value.as_str().map(ToOwned::to_owned).ok_or_else(|| format!("no text: {value}"))
}

fn list(value: &Value) -> Result<&Vec<Value>, String> {
    value.as_array().ok_or_else(|| format!("no list: {value}"))
}

fn concat(arguments: FuncArgs) -> Result<Value, String> {
    let mut all = Vec::new();
    for argument in arguments.iter() {
        all.extend(list(argument)?.iter().cloned());
    }
    Ok(Value::Array(all))
}

fn join(arguments: FuncArgs) -> Result<Value, String> {
    let by = text(&arguments[0])?;
    let parts: Result<Vec<String>, String> = list(&arguments[1])?.iter().map(text).collect();
    Ok(Value::String(parts?.join(&by)))
}

#[expect(clippy::unnecessary_wraps, reason = "the form of all functions")]
fn jsonencode(arguments: FuncArgs) -> Result<Value, String> {
    Ok(Value::String(to_json(&arguments[0]).to_string()))
}

fn merge(arguments: FuncArgs) -> Result<Value, String> {
    let mut all = Map::new();
    for argument in arguments.iter() {
        let fields = argument.as_object().ok_or_else(|| format!("no object: {argument}"))?;
        all.extend(fields.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    Ok(Value::Object(all))
}

fn one(arguments: FuncArgs) -> Result<Value, String> {
    match list(&arguments[0])?.as_slice() {
        [one] => Ok(one.clone()),
        other => Err(format!("{} elements", other.len())),
    }
}

fn split(arguments: FuncArgs) -> Result<Value, String> {
    let (by, whole) = (text(&arguments[0])?, text(&arguments[1])?);
    Ok(Value::Array(whole.split(&by).map(|part| Value::String(part.to_owned())).collect()))
}

fn substr(arguments: FuncArgs) -> Result<Value, String> {
    let number = |value: &Value| value.as_u64().and_then(|n| usize::try_from(n).ok()).ok_or("no number");
    let (from, length) = (number(&arguments[1])?, number(&arguments[2])?);
    Ok(Value::String(text(&arguments[0])?.chars().skip(from).take(length).collect()))
}

fn toset(arguments: FuncArgs) -> Result<Value, String> {
    list(&arguments[0])?;
    Ok(arguments[0].clone())
}
