//! Data that are part of the library; each file states its units and its source.

/// A data file that is part of the library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Data {
    /// File name.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! data {
    ($($name:literal),+ $(,)?) => {
        /// All data files, by name.
        pub const ALL: &[Data] = &[$(Data { name: $name, text: include_str!(concat!("../data/", $name)) }),+];
    };
}

data!("fuguitt-hawkins-1947-alpha-pinene-189C.csv", "synthetic-jia-2024-two-step.csv");

/// The data file of a name.
pub fn find(name: &str) -> Option<Data> {
    ALL.iter().copied().find(|d| d.name == name)
}
