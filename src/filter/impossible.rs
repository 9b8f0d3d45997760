//! Finds parts of a rule that no paper can satisfy together.

use crate::domain::announcement::AnnounceType;
use crate::domain::taxonomy::SubjectId;

use super::error::{DiagnosticCode, RuleDiagnostic};
use super::fields::Place;
use super::syntax::{Expr, Leaf, Node};
use super::{canonical, subjects};

/// Tells every AND that no paper can satisfy.
///
/// A paper comes with one type, one primary subject and one day, and has one id; what the words say is not looked at.
pub(super) fn diagnostics(expr: &Expr) -> Vec<RuleDiagnostic> {
    let mut found = Vec::new();
    check(expr, &mut found);
    if found.is_empty() && types(expr).may == 0 {
        let message = "a paper has one of the four types, and this leaves none";
        found.push(RuleDiagnostic::at(expr.span, DiagnosticCode::Impossible, message, ""));
    }
    found
}

/// Can a paper of one of these types match, as far as types go?
pub(super) fn may_be_one_of(expr: &Expr, wanted: &[AnnounceType]) -> bool {
    types(expr).may & mask(wanted) != 0
}

fn mask(wanted: &[AnnounceType]) -> u8 {
    let bits = AnnounceType::ALL.iter().zip([1, 2, 4, 8]);
    bits.filter(|(kind, _)| wanted.contains(kind)).fold(0, |mask, (_, bit)| mask | bit)
}

/// The types for which an expression may hold, and those for which it must: bits in the order of `AnnounceType::ALL`.
#[derive(Clone, Copy)]
struct Types {
    may: u8,
    must: u8,
}

const EVERY_TYPE: u8 = 0b1111;

fn types(expr: &Expr) -> Types {
    match &expr.node {
        Node::Leaf(Leaf::Type(wanted)) => {
            let mask = mask(wanted);
            Types { may: mask, must: mask }
        }
        Node::Leaf(Leaf::List { rule, .. }) => types(rule),
        Node::Leaf(_) => Types { may: EVERY_TYPE, must: 0 },
        Node::Not(inner) => {
            let inner = types(inner);
            Types { may: EVERY_TYPE & !inner.must, must: EVERY_TYPE & !inner.may }
        }
        Node::And(parts) => {
            parts.iter().map(types).fold(Types { may: EVERY_TYPE, must: EVERY_TYPE }, |all, part| Types {
                may: all.may & part.may,
                must: all.must & part.must,
            })
        }
        Node::Or(parts) => parts.iter().map(types).fold(Types { may: 0, must: 0 }, |any, part| Types {
            may: any.may | part.may,
            must: any.must | part.must,
        }),
    }
}

fn check(expr: &Expr, found: &mut Vec<RuleDiagnostic>) {
    match &expr.node {
        Node::Leaf(_) => {}
        Node::Not(inner) => check(inner, found),
        Node::Or(parts) => {
            for part in parts {
                check(part, found);
            }
        }
        Node::And(parts) => {
            for part in parts {
                check(part, found);
            }
            let mut flat = Vec::new();
            flatten(parts, &mut flat);
            check_types(&flat, found);
            check_one_value(&flat, found);
            check_negations(&flat, found);
        }
    }
}

/// Groups inside an AND that are ANDs themselves count as its parts.
fn flatten<'a>(parts: &'a [Expr], flat: &mut Vec<&'a Expr>) {
    for part in parts {
        match &part.node {
            Node::And(inner) => flatten(inner, flat),
            _ => flat.push(part),
        }
    }
}

fn check_types(parts: &[&Expr], found: &mut Vec<RuleDiagnostic>) {
    let mut possible = EVERY_TYPE;
    let mut wanted: Vec<String> = Vec::new();
    for part in parts {
        let may = types(part).may;
        if possible & may == 0 {
            // A part that is impossible by itself was told on its own, but for negations of everything.
            if may == 0 && !matches!(part.node, Node::Not(_)) {
                return;
            }
            let names = |leaf: &Expr| match &leaf.node {
                Node::Leaf(Leaf::Type(types)) => {
                    Some(types.iter().map(|kind| kind.as_str().to_owned()).collect())
                }
                _ => None,
            };
            let (message, hint) = match names(part) {
                Some(own) if !wanted.is_empty() => {
                    let own: Vec<String> = own;
                    let both = [&own[..], &wanted[..]].concat();
                    let first = format!("{} AND {}", own.join(","), wanted.join(","));
                    (
                        format!("a paper has one type, so {first} never matches"),
                        format!("write type:{}", both.join(",")),
                    )
                }
                _ => ("a paper has one type, and these parts leave none".to_owned(), String::new()),
            };
            found.push(RuleDiagnostic::at(part.span, DiagnosticCode::Impossible, message, hint));
            return;
        }
        possible &= may;
        if let Node::Leaf(Leaf::Type(types)) = &part.node {
            wanted.extend(types.iter().map(|kind| kind.as_str().to_owned()));
        }
    }
}

/// Two primaries, two papers, two days.
fn check_one_value(parts: &[&Expr], found: &mut Vec<RuleDiagnostic>) {
    for (index, part) in parts.iter().enumerate() {
        let Node::Leaf(leaf) = &part.node else { continue };
        let clash = parts[..index].iter().find_map(|before| match &before.node {
            Node::Leaf(before) => clash(before, leaf),
            _ => None,
        });
        if let Some((message, hint)) = clash {
            found.push(RuleDiagnostic::at(part.span, DiagnosticCode::Impossible, message, hint));
        }
    }
}

/// What is wanted and left out.
fn check_negations(parts: &[&Expr], found: &mut Vec<RuleDiagnostic>) {
    for part in parts {
        let Node::Not(inner) = &part.node else { continue };
        // Leaving out any of several is leaving out each.
        let each: &[Expr] = match &inner.node {
            Node::Or(several) => several,
            _ => std::slice::from_ref(inner),
        };
        let clash = parts.iter().find_map(|wanted| {
            let left_out = each.iter().find(|left_out| leaves_nothing_of(&left_out.node, &wanted.node))?;
            Some((canonical::printed(wanted), canonical::printed(left_out)))
        });
        if let Some((wanted, left_out)) = clash {
            let message = format!("every paper of {wanted} is left out by -{left_out}, so nothing matches");
            found.push(RuleDiagnostic::at(
                part.span,
                DiagnosticCode::Impossible,
                message,
                "drop one of the two",
            ));
        }
    }
}

/// Does leaving out the first leave nothing of the second? Types are looked at elsewhere.
fn leaves_nothing_of(left_out: &Node, wanted: &Node) -> bool {
    match (left_out, wanted) {
        (Node::Leaf(Leaf::Type(_)), _) => false,
        (
            Node::Leaf(Leaf::Subject { place: out, subjects: left_out }),
            Node::Leaf(Leaf::Subject { place: at, subjects: wanted }),
        ) => {
            let is_out = |subject: &SubjectId| left_out.iter().any(|out| out.contains(subject.as_str()));
            (out == at || *out == Place::Any) && wanted.iter().all(is_out)
        }
        _ => left_out == wanted,
    }
}

/// Why no paper passes both, and what may have been meant.
fn clash(left: &Leaf, right: &Leaf) -> Option<(String, String)> {
    match (left, right) {
        (
            Leaf::Subject { place: Place::Primary, subjects: left },
            Leaf::Subject { place: Place::Primary, subjects: right },
        ) => {
            let meets = |a: &SubjectId, b: &SubjectId| a.contains(b.as_str()) || b.contains(a.as_str());
            let meets = left.iter().any(|a| right.iter().any(|b| meets(a, b)));
            (!meets).then(|| {
                let names = |subjects: &[SubjectId]| {
                    subjects.iter().map(|id| subjects::written(*id)).collect::<Vec<_>>().join(",")
                };
                let (left, right) = (names(left), names(right));
                let message = format!("a paper has one primary subject, so {left} AND {right} never matches");
                (message, format!("write primary:{left},{right}, or cat: for any subject"))
            })
        }
        (
            Leaf::Subject { place: Place::Primary, subjects: primary },
            Leaf::Subject { place: Place::Cross, subjects: cross },
        )
        | (
            Leaf::Subject { place: Place::Cross, subjects: cross },
            Leaf::Subject { place: Place::Primary, subjects: primary },
        ) => match (primary.as_slice(), cross.as_slice()) {
            ([primary], [cross]) if primary == cross && !primary.is_archive_of_several() => {
                let message =
                    format!("{primary} is the first subject of a paper or a further one, never both");
                Some((message, format!("write cat:{primary} for either")))
            }
            _ => None,
        },
        (Leaf::Id(left), Leaf::Id(right)) => (!left.iter().any(|id| right.contains(id))).then(|| {
            let (left, right) = (left.join(","), right.join(","));
            let message = format!("a paper has one id, so {left} AND {right} never matches");
            (message, format!("write id:{left},{right}"))
        }),
        (Leaf::Announced { from, to }, Leaf::Announced { from: other_from, to: other_to }) => {
            let before =
                |to: &Option<_>, from: &Option<_>| matches!((to, from), (Some(to), Some(from)) if to < from);
            (before(to, other_from) || before(other_to, from)).then(|| {
                let message =
                    "a paper is announced on one day, so these days AND those never match".to_owned();
                (message, "write announced:[first TO last], or OR between them".to_owned())
            })
        }
        _ => None,
    }
}
