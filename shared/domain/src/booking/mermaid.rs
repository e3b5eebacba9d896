//! The table as a picture.

use std::fmt::Write;

use super::{Actor, BookingState, TABLE, Transition};

/// The table as a Mermaid state diagram; rows that differ in the actor only share an arrow.
pub fn mermaid() -> String {
    let mut diagram = format!("stateDiagram-v2\n    [*] --> {}\n", BookingState::INITIAL);
    for (at, row) in TABLE.iter().enumerate() {
        if row.is_repeat() || TABLE.iter().take(at).any(|earlier| same_arrow(earlier, row)) {
            continue;
        }
        let actors: Vec<&str> = TABLE
            .iter()
            .filter(|other| same_arrow(other, row))
            .map(|other| other.actor)
            .map(Actor::code)
            .collect();
        let who = actors.join(", ");
        // Writing to a string does not fail.
        let _ = writeln!(diagram, "    {} --> {}: {} ({who})", row.from, row.to, row.event);
    }
    for state in BookingState::ALL.iter().filter(|state| state.is_final()) {
        let _ = writeln!(diagram, "    {state} --> [*]");
    }
    diagram
}

fn same_arrow(one: &Transition, other: &Transition) -> bool {
    (one.from, one.event, one.to) == (other.from, other.event, other.to)
}
