"""What the description cannot say: what a rule looks like, and which parameters do not go together.

For schemathesis, by SCHEMATHESIS_HOOKS=tests/it/api/openapi/hooks.py.
"""

import schemathesis
from hypothesis import strategies as st

SUBJECTS = st.sampled_from(["cs.DC", "cs.dc", "CS.DC", "cs.DC", "cs.PF", "quant-ph", "cs.SY", "cmp-lg", "cs.DK"])
WORDS = st.sampled_from(["GPU", "scheduling", "sch*", '"load balancing"', "café", "10", "/all-?reduce/i"])
FIELDS = st.sampled_from(["", "", "ti:", "abs:", "tiabs:", "co:", "all:"])
LEAVES = st.one_of(
    st.builds("{}{}".format, FIELDS, WORDS),
    st.sampled_from(["au:dong", "cat:cs.LG", "primary:cs.DC", "cross:cs.LG", "id:2602.23598", "has:code"]),
)
RULES = st.recursive(
    LEAVES,
    lambda rules: st.one_of(
        st.builds("{} {}".format, rules, rules),
        st.builds("({} OR {})".format, rules, rules),
        st.builds("({}) -ti:blockchain".format, rules),
    ),
    max_leaves=6,
)
QUESTIONS = st.recursive(
    st.builds("{}:{}".format, st.sampled_from(["ti", "abs", "all", "co"]), st.sampled_from(["GPU", "cache", '"load balancing"'])),
    lambda rules: st.builds("({} {} {})".format, rules, st.sampled_from(["AND", "OR", "ANDNOT"]), rules),
    max_leaves=6,
)
IDS = st.sampled_from(["2602.23598", "2602.23598v1", "2603.02510", "hep-th/9901001", "math.GT/0309136", "0704.0001"])
REGEXES = st.sampled_from(["GPU", "GPU|FPGA", "^A", "sched.*", "[a-z]+", r"\d{2}", "(?i)cache", "é", "."])

for name, strategy in {
    "crosslist-rule": RULES,
    "crosslist-keyword": st.sampled_from(["GPU", "load balancing", "café", "C++ code", "2024", "a.b", "a/b"]),
    "arxiv-subject": SUBJECTS,
    "arxiv-subjects": st.one_of(st.just("all"), st.lists(SUBJECTS, min_size=1, max_size=3).map("+".join)),
    "arxiv-query": QUESTIONS,
    "arxiv-id": IDS,
    "arxiv-ids": st.lists(IDS, min_size=1, max_size=4).map(",".join),
    "regex": REGEXES,
}.items():
    schemathesis.openapi.format(name, strategy)


@schemathesis.hook
def before_call(context, case, kwargs):
    """Mends what is right by itself and not beside the other parameters, which OpenAPI cannot say."""
    if case.meta is None or not case.meta.generation.mode.is_positive or not isinstance(case.query, dict):
        return
    query, path = case.query, case.operation.path
    for name, other in [("search_query", "q"), ("filter_time", "days")]:
        if name in query and other in query and path != "/api/query":
            del query[name]
    if path.startswith(("/search", "/explain")) and not {"q", "search_query"} & set(query):
        query["q"] = "ti:GPU"
    if path == "/api/query" and not {"search_query", "id_list"} & set(query):
        query["id_list"] = "2602.23598"
    # What a feed's own rules, or its types, leave nothing of is refused.
    if query.get("sort") == "score" and not path.startswith("/named"):
        del query["sort"]
    if {"q", "search_query"} & set(query):
        query.pop("type", None)
    # Rules in arXiv's reading have operators of their own.
    if "compat" in query:
        query.pop("q", None)
        query["search_query"] = "ti:GPU AND abs:cache"
    for name in ("filter_category", "filterout_category"):
        if query.get(name):
            query[name] = "cs"
    if "page" in query:
        case.headers["Accept"] = "text/html"
