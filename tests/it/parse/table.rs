//! What each fixture holds, as the record made at its capture has it.

/// A page and what must be read from it.
pub(crate) struct Fixture {
    pub(crate) file: &'static str,
    /// `new 2026-03-02`, `recent`, `month 2026-02`, `year 1999`, `catchup 2026-03-02`.
    pub(crate) kind: &'static str,
    /// `-` where the page does not tell.
    pub(crate) subject: &'static str,
    pub(crate) total: Option<u32>,
    /// The verdict on this page alone, and how many entries it lacks.
    pub(crate) verdict: (&'static str, u32),
    /// Heading, shown and total by the heading, entries found, first and last identifier.
    pub(crate) sections: &'static [&'static str],
}

const fn fixture(
    file: &'static str,
    kind: &'static str,
    subject: &'static str,
    total: Option<u32>,
    verdict: (&'static str, u32),
    sections: &'static [&'static str],
) -> Fixture {
    Fixture { file, kind, subject, total, verdict, sections }
}

#[rustfmt::skip]
pub(crate) const FIXTURES: &[Fixture] = &[
    fixture("cs.DC-new-2026-03-03.html", "new 2026-03-03", "cs.DC", Some(9), ("complete", 0), &["New 5/5 5 2603.21692 2603.26691", "Cross 2/2 2 2603.20317 2603.21340", "Replacement 2/2 2 2602.23598 2602.24237"]),
    fixture("cs.DC-new-2026-03-04-empty.html", "new 2026-03-04", "cs.DC", None, ("quiet", 0), &[]),
    fixture("cs.DC-new-2026-03-05-only-rep.html", "new 2026-03-05", "cs.DC", Some(2), ("complete", 0), &["Replacement 2/2 2 2602.23927 2602.24044"]),
    fixture("cs.DC-new-2026-03-06.html", "new 2026-03-06", "cs.DC", Some(7), ("complete", 0), &["Cross 6/6 6 2603.09577 2603.19163", "Replacement 1/1 1 2602.23598 2602.23598"]),
    fixture("cs.DC-recent-2026-03-06.html", "recent", "cs.DC", Some(25), ("complete", 0), &["2026-03-06 6/6 6 2603.19163 2603.09577", "2026-03-05 - 0", "2026-03-04 - 0", "2026-03-03 7/7 7 2603.26691 2603.20317", "2026-03-02 12/12 12 2602.24237 2602.23434"]),
    fixture("cs.DC-new-2026-03-02.html", "new 2026-03-02", "cs.DC", Some(19), ("complete", 0), &["New 6/6 6 2602.23598 2602.24237", "Cross 6/6 6 2602.23434 2602.24152", "Replacement 7/7 7 2505.23649 2505.23819"]),
    fixture("cs.DC-new-2026-03-02.jun2026-skin.html", "new 2026-03-02", "cs.DC", Some(19), ("complete", 0), &["New 6/6 6 2602.23598 2602.24237", "Cross 6/6 6 2602.23434 2602.24152", "Replacement 7/7 7 2505.23649 2505.23819"]),
    fixture("cs-new-2028-skip2000.html", "new 2026-03-02", "cs", Some(2028), ("incomplete", 2000), &["Replacement 28/807 28 2601.20224 2602.22437"]),
    fixture("cs.CV-new-skip690-show25.html", "new 2026-03-02", "cs.CV", Some(2000), ("incomplete", 1975), &["New 10/700 10 2602.24181 2602.24290", "Cross 15/500 15 2602.13318 2602.18741"]),
    fixture("cs.CV-new-overskip.html", "new 2026-03-02", "cs.CV", Some(2000), ("incomplete", 2000), &[]),
    fixture("hep-th-new.html", "new 2026-03-02", "hep-th", Some(5), ("complete", 0), &["New 1/1 1 2602.23010 2602.23010", "Cross 1/1 1 math/0510544 math/0510544", "Replacement 3/3 3 2402.05555 hep-th/9901001"]),
    fixture("hep-ex-new.html", "new 2026-03-02", "hep-ex", Some(8), ("complete", 0), &["New 7/7 7 2602.23001 2602.23007", "Replacement 1/1 1 hep-ex/9901001 hep-ex/9901001"]),
    fixture("cs.CY-new.html", "new 2026-03-02", "cs.CY", Some(18), ("complete", 0), &["New 6/6 6 2602.23020 2602.23025", "Cross 10/10 10 2602.14457 2602.23293", "Replacement 2/2 2 2512.14341 2512.17394"]),
    fixture("econ.GN-new-only-new.html", "new 2026-03-02", "econ.GN", Some(1), ("complete", 0), &["New 1/1 1 2602.23045 2602.23045"]),
    fixture("q-bio.SC-new-only-cross.html", "new 2026-03-02", "q-bio.SC", Some(1), ("complete", 0), &["Cross 1/1 1 2602.23031 2602.23031"]),
    fixture("math.NT-new-only-rep.html", "new 2026-03-02", "math.NT", Some(2), ("complete", 0), &["Replacement 2/2 2 2601.00031 2601.00032"]),
    fixture("math.MP-new-alias.html", "new 2026-03-02", "math-ph", Some(1), ("complete", 0), &["New 1/1 1 2602.23042 2602.23042"]),
    fixture("cs.SY-new-alias.html", "new 2026-03-02", "eess.SY", Some(7), ("complete", 0), &["New 1/1 1 2602.23040 2602.23040", "Cross 5/5 5 2602.17252 2602.23668", "Replacement 1/1 1 2601.22114 2601.22114"]),
    fixture("quant-ph-new.html", "new 2026-03-02", "quant-ph", Some(2), ("complete", 0), &["New 1/1 1 2602.24152 2602.24152", "Cross 1/1 1 2602.23042 2602.23042"]),
    fixture("cs.DC-recent.html", "recent", "cs.DC", Some(16), ("complete", 0), &["2026-03-02 12/12 12 2602.24237 2602.23434", "2026-02-27 1/1 1 2602.13334 2602.13334", "2026-02-26 - 0", "2026-02-25 1/1 1 2602.07630 2602.07630", "2026-02-24 2/2 2 2602.22718 2602.05686"]),
    fixture("cs.CV-recent-skip1190-show25.html", "recent", "cs.CV", Some(1375), ("incomplete", 1350), &["2026-03-02 10/1200 10 2602.15958 2602.13318", "2026-02-27 1/1 1 2602.13334 2602.13334", "2026-02-26 14/28 14 2602.17134 2602.16917"]),
    fixture("cs.GL-recent-empty.html", "recent", "cs.GL", None, ("quiet", 0), &["2026-03-02 - 0", "2026-02-27 - 0", "2026-02-26 - 0", "2026-02-25 - 0", "2026-02-24 - 0"]),
    fixture("cs.DC-2026-02.html", "month 2026-02", "cs.DC", Some(22), ("complete", 0), &["list - 22 2602.19433 2602.24152"]),
    fixture("cs.CV-2026-02-skip50.html", "month 2026-02", "cs.CV", Some(1425), ("incomplete", 1375), &["list - 50 2602.14068 2602.14648"]),
    fixture("hep-th-1999-01.html", "month 1999-01", "hep-th", Some(8), ("complete", 0), &["list - 8 hep-th/9901001 hep-th/9901107"]),
    fixture("cs.DC-current-empty.html", "month 2026-03", "cs.DC", None, ("quiet", 0), &["list - 0"]),
    fixture("cs.DC-1999.html", "year 1999", "cs.DC", Some(4), ("complete", 0), &["list - 4 cs/9905001 cs/9905004"]),
    fixture("cs.CV-2026-show25.html", "year 2026", "cs.CV", Some(1631), ("incomplete", 1606), &["list - 25 2601.00123 2601.04519"]),
    fixture("cs.DC-catchup-2026-03-02-abs.html", "catchup 2026-03-02", "cs.DC", Some(19), ("complete", 0), &["New 6/6 6 2602.23598 2602.24237", "Cross 6/6 6 2602.23434 2602.24152", "Replacement 7/7 7 2505.23649 2505.23819"]),
    fixture("cs.DC-catchup-2026-03-02.html", "catchup 2026-03-02", "cs.DC", Some(19), ("complete", 0), &["New 6/6 6 2602.23598 2602.24237", "Cross 6/6 6 2602.23434 2602.24152", "Replacement 7/7 7 2505.23649 2505.23819"]),
    fixture("cs.DC-catchup-2026-02-27-abs.html", "catchup 2026-02-27", "cs.DC", Some(1), ("complete", 0), &["Cross 1/1 1 2602.13334 2602.13334"]),
    fixture("cs.DC-catchup-2026-02-26-empty.html", "catchup 2026-02-26", "cs.DC", Some(0), ("quiet", 0), &[]),
    fixture("cs.DC-catchup-2026-02-28-saturday.html", "catchup 2026-02-28", "cs.DC", Some(0), ("quiet", 0), &[]),
    fixture("cs-catchup-2026-03-02-page2.html", "catchup 2026-03-02", "cs", Some(2028), ("incomplete", 2000), &["Replacement 28/807 28 2601.20224 2602.22437"]),
    fixture("cs-catchup-2026-03-02-page3.html", "catchup 2026-03-02", "cs", Some(2028), ("incomplete", 2028), &[]),
    fixture("grp_physics-catchup.html", "catchup 2026-03-02", "-", Some(26), ("complete", 0), &["New 11/11 11 2602.23001 2602.24152", "Cross 7/7 7 2602.19470 math/0510544", "Replacement 8/8 8 2402.05555 2601.09008"]),
    fixture("testdata-math-new.html", "new 2011-02-03", "math", Some(6), ("complete", 0), &["New 1/1 1 0906.3421 0906.3421", "Cross 1/1 1 0704.0046 0704.0046", "Replacement 4/4 4 0806.4129 0704.0248"]),
    fixture("testdata-math-recent.html", "recent", "math", Some(5), ("complete", 0), &["2011-02-03 2/2 2 0906.3421 0704.0046", "2011-02-02 1/1 1 0906.2112 0906.2112", "2011-02-01 1/1 1 0704.0248 0704.0248", "2011-01-31 - 0", "2011-01-28 1/1 1 0906.4150 0906.4150"]),
    fixture("testdata-math-2009.html", "year 2009", "math", Some(4), ("complete", 0), &["list - 4 0906.2112 0906.4150"]),
    fixture("testdata-grp_physics-catchup.html", "catchup 2011-02-03", "-", Some(4), ("complete", 0), &["Replacement 4/4 4 0806.4129 hep-th/0703166"]),
    fixture("astro-ph.EP-recent-2023-03-03.html", "recent", "astro-ph.EP", Some(49), ("incomplete", 12), &["2023-03-03 - 0", "2023-03-02 10/10 10 2303.01496 2303.00812", "2023-03-01 13/13 13 2303.00670 2303.00063", "2023-02-28 6/6 6 2302.14847 2302.14054", "2023-02-27 8/8 8 2302.13969 2302.13354"]),
    fixture("q-fin-new-2023-03-17.html", "new 2023-03-17", "q-fin", Some(16), ("complete", 0), &["New 13/13 13 2303.08867 2303.09407", "Replacement 3/3 3 2011.00552 2206.14015"]),
    fixture("cs.GL-new-empty.html", "new 2026-03-02", "cs.GL", None, ("quiet", 0), &[]),
    fixture("broken-lag-2026-02-code.html", "new 2026-03-02", "cs.DC", Some(19), ("incomplete", 12), &["Replacement 7/7 7 2505.23649 2505.23819"]),
    fixture("broken-lag-empty-2026-02-code.html", "new 2026-03-02", "econ.GN", Some(1), ("incomplete", 1), &[]),
    fixture("real-cs.RO-recent-2025-11-12.paperfilter.html", "recent", "cs.RO", Some(192), ("incomplete", 142), &["2025-11-12 40/40 40 2511.08583 2511.07565", "2025-11-11 10/72 10 2511.07418 2511.07155"]),
    fixture("real-2023-01.nullbio.html", "month 2023-01", "cs", Some(5648), ("incomplete", 5645), &["list - 3 2301.00001 2301.00003"]),
    fixture("real-no_updates.nullbio.html", "month 1991-01", "cs", None, ("quiet", 0), &["list - 0"]),
];
