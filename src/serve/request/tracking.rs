//! Names of tracking parameters, which sites and apps append to links.
//!
//! They are ignored, so that a shared link leads to the same document with them and without.

/// How the names of whole families begin: Google Analytics, Matomo and its predecessor, `HubSpot`.
const BEGINNINGS: [&str; 6] = ["utm_", "mtm_", "matomo_", "piwik_", "pk_", "hsa_"];

/// The others, in lower case, by who appends them.
const NAMES: [&str; 47] = [
    // Google
    "gclid",
    "gclsrc",
    "dclid",
    "gbraid",
    "wbraid",
    "srsltid",
    "_ga",
    "_gl",
    // Facebook, Instagram
    "fbclid",
    "igshid",
    "igsh",
    // Microsoft, Yandex, X, TikTok, LinkedIn, Reddit, Pinterest, Snapchat, Yahoo
    "msclkid",
    "yclid",
    "ysclid",
    "_openstat",
    "twclid",
    "ttclid",
    "li_fat_id",
    "trk",
    "rdt_cid",
    "epik",
    "sccid",
    "guccounter",
    "guce_referrer",
    "guce_referrer_sig",
    // Mailchimp, Marketo, HubSpot, Vero, Omeda, Drip, Klaviyo
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "_hsenc",
    "_hsmi",
    "__hstc",
    "__hssc",
    "__hsfp",
    "hsctatracking",
    "vero_id",
    "vero_conv",
    "oly_enc_id",
    "oly_anon_id",
    "__s",
    "_kx",
    // Adobe, Impact, and what sites write by hand
    "s_cid",
    "irclickid",
    "ref",
    "ref_src",
    "ref_url",
    "referrer",
    "_bhlid",
];

/// Does a parameter of this name only follow who passes a link on?
pub(in crate::serve) fn is_tracking(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    NAMES.contains(&name.as_str())
        || BEGINNINGS.iter().any(|beginning| name.len() > beginning.len() && name.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_a_link_is_told_from_what_was_asked() {
        for name in
            ["utm_source", "UTM_Medium", "fbclid", "gclid", "ref", "ref_src", "mc_cid", "_hsenc", "pk_kwd"]
        {
            assert!(is_tracking(name), "{name}");
        }
        for name in
            ["", "q", "utm_", "utm", "refs", "referer_id", "clid", "source", "key", "type", "page", "days"]
        {
            assert!(!is_tracking(name), "{name}");
        }
    }
}
