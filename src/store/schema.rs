//! The tables that both databases have, for copying, salvaging and checking them.

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnType {
    Text,
    Integer,
}

/// A table that both databases have.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static [(&'static str, ColumnType)],
    /// The columns by which it is ordered, as indexes of the above.
    pub(super) key: &'static [usize],
}

use ColumnType::{Integer, Text};

/// Those that others refer to come first; the tables by which replicas share the work are not among them.
pub(super) const TABLES: [Table; 11] = [
    Table {
        name: "events",
        columns: &[
            ("sequence", Integer),
            ("paper_id", Text),
            ("listing_date", Text),
            ("published", Integer),
            ("paper", Text),
        ],
        key: &[0],
    },
    Table {
        name: "memberships",
        columns: &[
            ("subject", Text),
            ("event", Integer),
            ("position", Integer),
            ("announce_type", Text),
            ("first_type", Text),
            ("cross_list_from", Text),
            ("added_at", Integer),
        ],
        key: &[0, 1],
    },
    Table {
        name: "days",
        columns: &[
            ("subject", Text),
            ("listing_date", Text),
            ("verdict", Text),
            ("new_count", Integer),
            ("cross_count", Integer),
            ("replace_count", Integer),
            ("missing", Integer),
            ("read_at", Integer),
            ("checks", Integer),
        ],
        key: &[0, 1],
    },
    Table {
        name: "reads",
        columns: &[
            ("sequence", Integer),
            ("subject", Text),
            ("read_at", Integer),
            ("verdict", Text),
            ("listing_date", Text),
            ("reason", Text),
            ("new_count", Integer),
            ("cross_count", Integer),
            ("replace_count", Integer),
            ("missing", Integer),
            ("page_hash", Text),
        ],
        key: &[0],
    },
    Table { name: "requests", columns: &[("subject", Text), ("requested_at", Integer)], key: &[0] },
    Table { name: "rules", columns: &[("feed", Text), ("rules", Text), ("since", Integer)], key: &[0] },
    Table {
        name: "subscriptions",
        columns: &[
            ("topic", Text),
            ("callback", Text),
            ("secret", Text),
            ("expires_at", Integer),
            ("content", Text),
            ("attempts", Integer),
            ("failing_since", Integer),
            ("next_at", Integer),
        ],
        key: &[0, 1],
    },
    Table {
        name: "intents",
        columns: &[
            ("topic", Text),
            ("callback", Text),
            ("mode", Text),
            ("secret", Text),
            ("lease_seconds", Integer),
            ("challenge", Text),
            ("content", Text),
            ("attempts", Integer),
            ("next_at", Integer),
        ],
        key: &[0, 1],
    },
    Table {
        name: "announced",
        columns: &[
            ("feed", Text),
            ("target", Text),
            ("event", Text),
            ("listing_date", Text),
            ("announced_at", Integer),
        ],
        key: &[0, 1, 2],
    },
    Table {
        name: "deliveries",
        columns: &[
            ("sequence", Integer),
            ("feed", Text),
            ("target", Text),
            ("event", Text),
            ("body", Text),
            ("made_at", Integer),
            ("attempts", Integer),
            ("next_at", Integer),
        ],
        key: &[0],
    },
    Table {
        name: "back_off",
        columns: &[
            ("id", Integer),
            ("cause", Text),
            ("times", Integer),
            ("reason", Text),
            ("since_at", Integer),
            ("until_at", Integer),
        ],
        key: &[0],
    },
];

impl Table {
    /// The names of the columns, with commas between them.
    pub(super) fn names(&self) -> String {
        self.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }

    /// The names of the columns by which it is ordered.
    pub(super) fn key_names(&self) -> String {
        self.key.iter().map(|index| self.columns[*index].0).collect::<Vec<_>>().join(", ")
    }
}
