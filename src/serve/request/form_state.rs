//! Reads the address of the start page: the state of its form.

use url::form_urlencoded;

use crate::domain::announcement::AnnounceType;
use crate::domain::taxonomy::SubjectId;
use crate::filter::{self, Context, Dialect, Limits, PLACES, RuleForm};

use crate::serve::options::ServiceOptions;
use crate::serve::problem::details::{ParameterDiagnostic, Problem};
use crate::serve::problem::types::DiagnosticCode;
use crate::serve::request::parameter_value::shortened;
use crate::serve::request::tracking::is_tracking;

/// What a feed is made of, as it stands in the address; `was` and the fields come from the form alone.
pub(in crate::serve) const KNOWN: [&str; 11] =
    ["subjects", "type", "q", "days", "text", "profile", "was", "words", "place", "authors", "without"];

/// What may be given several times, as the boxes of a form are.
const MANY: [&str; 2] = ["subjects", "type"];

/// What was chosen on the start page.
#[derive(Clone, Debug, Default)]
pub(in crate::serve) struct FormState {
    /// Each once, in the order in which they were given.
    pub(in crate::serve) subjects: Vec<SubjectId>,
    /// What was given as a subject and is none.
    pub(in crate::serve) unknown: Vec<String>,
    /// As given; the feed's own default without.
    pub(in crate::serve) types: String,
    pub(in crate::serve) rule: String,
    pub(in crate::serve) days: String,
    pub(in crate::serve) text: String,
    pub(in crate::serve) profile: String,
    /// The form was sent: the rule that it showed, and what stood in its fields.
    form: Option<(String, RuleForm)>,
}

impl FormState {
    /// Reads a query string.
    ///
    /// # Errors
    /// A parameter that is not known here, or stands twice where it means one thing.
    pub(in crate::serve) fn read(query: &str) -> Result<Self, Problem> {
        let mut choices = Self::default();
        let mut fields = RuleForm::default();
        let mut was = None;
        let mut types: Vec<String> = Vec::new();
        let (mut mistakes, mut seen) = (Vec::new(), Vec::new());
        for (name, value) in form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| !is_tracking(name)) {
            if seen.contains(&name) && !MANY.contains(&&*name) {
                mistakes.push(twice(&name, &value));
                continue;
            }
            seen.push(name.clone());
            match &*name {
                "subjects" => value.split([',', ' ', '+']).for_each(|id| choices.add_subject(id.trim())),
                "type" => types.extend((!value.is_empty()).then(|| value.into_owned())),
                "q" => choices.rule = on_one_line(&value),
                "days" => value.trim().clone_into(&mut choices.days),
                "text" => choices.text = value.into_owned(),
                "profile" => choices.profile = value.into_owned(),
                "was" => was = Some(value.into_owned()),
                "words" => value.trim().clone_into(&mut fields.words),
                "authors" => value.trim().clone_into(&mut fields.authors),
                "without" => value.trim().clone_into(&mut fields.without),
                "place" if PLACES.iter().any(|(_, known)| *known == value) => {
                    let place = PLACES.iter().find(|(_, known)| *known == value);
                    fields.place = place.map_or(fields.place, |(place, _)| *place);
                }
                _ => mistakes.push(unknown(&name, &value)),
            }
        }
        if !mistakes.is_empty() {
            return Err(Problem::bad_request(mistakes));
        }
        choices.types = types.join(",");
        choices.form = was.map(|was| (was, fields));
        Ok(choices)
    }

    fn add_subject(&mut self, id: &str) {
        match SubjectId::parse(id) {
            _ if id.is_empty() => {}
            Ok(subject) if self.subjects.contains(&subject) => {}
            Ok(subject) => self.subjects.push(subject),
            Err(_) => self.unknown.push(id.to_owned()),
        }
    }

    /// Where the choices stand by themselves, when they came from the form.
    ///
    /// A rule that was changed is the rule, and fields that were changed rewrite it; what no field can say stays.
    pub(in crate::serve) fn settled(mut self, options: &ServiceOptions) -> Result<Self, String> {
        let Some((was, fields)) = self.form.take() else { return Ok(self) };
        let was = on_one_line(&was);
        let filled = fields_of(&was, options);
        let is_changed = RuleForm { rest: filled.rest.clone(), ..fields.clone() } != filled
            // Without words, where they would be looked for says nothing.
            && !(fields.words == filled.words
                && fields.authors == filled.authors
                && fields.without == filled.without
                && fields.words.is_empty()
                && fields.without.is_empty());
        if self.rule == was && is_changed {
            self.rule = RuleForm { rest: filled.rest, ..fields }.rule();
        }
        Err(self.address(options))
    }

    /// The address of the start page with these choices.
    pub(in crate::serve) fn address(&self, options: &ServiceOptions) -> String {
        let ids: Vec<&str> = self.subjects.iter().map(|subject| subject.as_str()).collect();
        let subjects = [ids.join(","), self.unknown.join(",")].join(",");
        let types = if self.is_usual(&self.types) { "" } else { &*self.types };
        let days = if self.days == options.feed_days.to_string() { "" } else { &*self.days };
        let text = if self.text == "unicode" { "" } else { &*self.text };
        let profile = if self.profile == "reader" { "" } else { &*self.profile };
        let parameters = [
            ("subjects", subjects.trim_matches(',')),
            ("type", types),
            ("q", &self.rule),
            ("days", days),
            ("text", text),
            ("profile", profile),
        ];
        let given = parameters.iter().filter(|(_, value)| !value.is_empty());
        let given: Vec<String> = given.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        if given.is_empty() { "/".to_owned() } else { format!("/?{}", given.join("&")) }
    }

    /// Are these the types that the feed has anyway?
    fn is_usual(&self, types: &str) -> bool {
        let usual: &[AnnounceType] = self.usual_types();
        let names: Vec<&str> = usual.iter().map(|kind| kind.as_str()).collect();
        types == names.join(",")
    }

    /// The types that are ticked unless others are chosen: a subject's own feed has all.
    pub(in crate::serve) fn usual_types(&self) -> &'static [AnnounceType] {
        if self.subjects.is_empty() {
            &crate::serve::request::feed_request::APPEARANCES
        } else {
            &AnnounceType::ALL
        }
    }

    /// Everything that is read is searched, for no subject was chosen.
    pub(in crate::serve) fn is_search(&self) -> bool {
        self.subjects.is_empty() && !self.rule.is_empty()
    }

    pub(in crate::serve) fn is_begun(&self) -> bool {
        let given = [&self.types, &self.rule, &self.days, &self.text, &self.profile];
        !self.subjects.is_empty() || !self.unknown.is_empty() || given.iter().any(|value| !value.is_empty())
    }
}

/// A rule as it stands in an address, whatever lines it was written on.
fn on_one_line(rule: &str) -> String {
    rule.replace(['\r', '\n'], " ").trim().to_owned()
}

/// The fields that a rule fills; none for one that is not understood.
pub(in crate::serve) fn fields_of(rule: &str, options: &ServiceOptions) -> RuleForm {
    let context = Context { lists: &options.lists, dialect: Dialect::Native };
    match filter::parse(rule, &Limits::URL, &context) {
        Ok(query) => RuleForm::of(rule, &query, &Limits::URL, &context),
        Err(_) => RuleForm { rest: rule.to_owned(), ..RuleForm::default() },
    }
}

/// As a form would encode it, but commas and colons stay legible.
pub(in crate::serve) fn encoded(value: &str) -> String {
    let encoded: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
    encoded.replace("%2C", ",").replace("%3A", ":")
}

fn unknown(name: &str, value: &str) -> ParameterDiagnostic {
    let is_place = name == "place";
    let places: Vec<&str> = PLACES.iter().map(|(_, place)| *place).collect();
    ParameterDiagnostic {
        code: if is_place { DiagnosticCode::UnknownValue } else { DiagnosticCode::UnknownParameter },
        parameter: shortened(name),
        position: 0,
        length: value.chars().count(),
        message: if is_place {
            format!("`place` is `{}`", shortened(value))
        } else {
            format!("unknown parameter `{}`", shortened(name))
        },
        hint: if is_place { places.join(", ") } else { format!("known here: {}", KNOWN.join(", ")) },
    }
}

fn twice(name: &str, value: &str) -> ParameterDiagnostic {
    ParameterDiagnostic {
        code: DiagnosticCode::RepeatedParameter,
        parameter: shortened(name),
        position: 0,
        length: value.chars().count(),
        message: format!("`{}` is given twice", shortened(name)),
        hint: format!("give it once; {} may stand more often", MANY.join(" and ")),
    }
}
