//! The choice of subjects in the form of the start page.

use maud::{Markup, html};

use crate::domain::taxonomy::SubjectId;

/// All archives with their categories; archives with a chosen category are open.
pub(super) fn tree(chosen: &[SubjectId]) -> Markup {
    let archives = SubjectId::all().filter(|subject| is_archive(*subject));
    html! {
        div.tree {
            @for archive in archives {
                @if archive.is_archive_of_several() {
                    @let categories: Vec<SubjectId> = SubjectId::all().filter(|subject| is_in(*subject, archive)).collect();
                    @let is_open = chosen.iter().any(|subject| *subject == archive || categories.contains(subject));
                    details.archive open[is_open] {
                        summary { span.id { (archive) } " " (archive.name()) }
                        ul {
                            li { (choice(archive, chosen, "the whole archive, as one listing")) }
                            @for category in categories { li { (choice(category, chosen, category.name())) } }
                        }
                    }
                } @else {
                    div.archive { (choice(archive, chosen, archive.name())) }
                }
            }
        }
    }
}

/// The chosen subjects, each with a label that removes it.
pub(super) fn chosen(subjects: &[SubjectId]) -> Markup {
    html! {
        ul.chosen id="chosen" aria-label="Chosen subjects" {
            @for subject in subjects {
                li { label for=(field(*subject)) { (subject) " " span.name { (subject.name()) } span.cross aria-hidden="true" { "×" }
                    span.visually-hidden { " – click to remove" } } }
            }
        }
    }
}

fn choice(subject: SubjectId, chosen: &[SubjectId], name: &str) -> Markup {
    html! {
        label.choice {
            input type="checkbox" name="subjects" value=(subject) id=(field(subject)) checked[chosen.contains(&subject)];
            span { span.id { (subject) } " " (name) }
        }
    }
}

fn field(subject: SubjectId) -> String {
    format!("subject-{subject}")
}

fn is_archive(subject: SubjectId) -> bool {
    !subject.as_str().contains('.')
}

fn is_in(subject: SubjectId, archive: SubjectId) -> bool {
    subject.as_str().split_once('.').is_some_and(|(prefix, _)| prefix == archive.as_str())
}
